/** Sums of latency histograms. Only lib/usage calls this. */
import { Parameters, type Queryable } from "./store-filter";

export interface LatencyRequest {
  fromMs: number;
  toMs: number;
  /** Where each interval begins, in order; milliseconds. */
  starts: readonly number[];
  /** Undefined: any. */
  modelIds?: readonly string[] | undefined;
}

export interface BucketRow {
  /** An index into `starts`. */
  interval: number;
  metric: "latency" | "first_token";
  bucket: number;
  count: bigint;
}

/** Calls per interval, metric and bucket. */
export async function sumLatency(client: Queryable, request: LatencyRequest): Promise<BucketRow[]> {
  const parameters = new Parameters();
  const at = (ms: number) => parameters.add(new Date(ms).toISOString(), "timestamptz");
  const starts = parameters.add(
    request.starts.map((start) => new Date(start).toISOString()),
    "timestamptz[]",
  );
  const conditions = [`hour >= ${at(request.fromMs)}`, `hour < ${at(request.toMs)}`];
  if (request.modelIds !== undefined)
    conditions.push(`model_id = ANY(${parameters.add([...request.modelIds], "text[]")})`);
  const { rows } = await client.query<BucketRow>(
    `SELECT GREATEST(width_bucket(hour, ${starts}), 1) - 1 AS interval, metric, bucket, sum(count)::bigint AS count
     FROM usage_latency WHERE ${conditions.join(" AND ")} GROUP BY 1, 2, 3`,
    parameters.values,
  );
  return rows;
}
