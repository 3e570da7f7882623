/** Sums of what providers were called lately. Only lib/usage calls this; who may see all calls is decided before. */
import type { Queryable } from "./store-filter";
import type { BucketRow } from "./store-latency";

interface TrafficRequest {
  providerIds: readonly string[];
  since: Date;
  /** The start of the newer part of it, which is summed apart too. */
  recentSince: Date;
}

interface Part {
  provider_id: string;
  is_recent: boolean;
}

// A rollup holds models alone; which provider served one is told by what it was called last.
const ofProviders = `JOIN usage_models AS m USING (model_id)
  WHERE m.provider_id = ANY($1::text[]) AND r.hour >= $2::timestamptz`;
const part = "m.provider_id, r.hour >= $3::timestamptz AS is_recent";

function valuesOf({ providerIds, since, recentSince }: TrafficRequest): unknown[] {
  return [[...providerIds], since.toISOString(), recentSince.toISOString()];
}

export type CallRow = Part & { requests: bigint; errors: bigint };

/** Calls by provider and part of the time. */
export async function sumCalls(client: Queryable, request: TrafficRequest): Promise<CallRow[]> {
  const text = `SELECT ${part}, sum(r.requests)::bigint AS requests, sum(r.errors)::bigint AS errors
    FROM usage_hourly AS r ${ofProviders} GROUP BY 1, 2`;
  return (await client.query<CallRow>(text, valuesOf(request))).rows;
}

export type DurationRow = Part & Omit<BucketRow, "interval">;

/** The same of the histograms, by metric and bucket. */
export async function sumDurations(client: Queryable, request: TrafficRequest): Promise<DurationRow[]> {
  const text = `SELECT ${part}, r.metric, r.bucket, sum(r.count)::bigint AS count
    FROM usage_latency AS r ${ofProviders} GROUP BY 1, 2, 3, 4`;
  return (await client.query<DurationRow>(text, valuesOf(request))).rows;
}
