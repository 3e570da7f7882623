/** How long calls took: percentiles from the histograms that the gateway's meter keeps. Part of the usage domain's service; routes call this. */
import { type Context, requireReach } from "@/lib/context";
import { getPool, inReport } from "@/lib/db/pool";
import { AppError } from "@/lib/errors";
import { percentile } from "@/lib/histogram";
import { filterOf } from "./filter";
import { intervalStarts, resolveRange } from "./range";
import type { LatencyQuery } from "./schema";
import * as store from "./store";
import { type BucketRow, sumLatency } from "./store-latency";

const hourMs = 3_600_000;

export interface Quantiles {
  count: number;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
}

export interface Durations {
  latency: Quantiles;
  first_token: Quantiles;
}

export interface LatencyReport {
  from: Date;
  to: Date;
  data: (Durations & { time: Date })[];
  totals: Durations;
}

type BucketCount = Omit<BucketRow, "interval">;

function quantilesOf(rows: readonly BucketCount[]): Quantiles {
  const counts = new Map<number, bigint>();
  for (const { bucket, count } of rows) counts.set(bucket, (counts.get(bucket) ?? 0n) + count);
  const at = (share: number) => {
    const ms = percentile(counts, share);
    return ms === null ? null : Math.round(ms);
  };
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0n);
  return { count: Number(total), p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99) };
}

export function durationsOf(rows: readonly BucketCount[]): Durations {
  const of = (metric: BucketRow["metric"]) => quantilesOf(rows.filter((row) => row.metric === metric));
  return { latency: of("latency"), first_token: of("first_token") };
}

/**
 * Percentiles per interval over whole hours: the range is widened to them. They are kept by model and not by who called, so only those who may
 * see all calls may ask (403).
 */
export async function reportLatency(ctx: Context, query: LatencyQuery): Promise<LatencyReport> {
  if (requireReach(ctx, "usage.read").kind !== "all")
    throw new AppError("forbidden", "Latency is that of everybody's calls, so it needs the right to see all of them.");
  const asked = resolveRange(query, ctx.clock.now());
  const range = {
    fromMs: Math.floor(asked.fromMs / hourMs) * hourMs,
    toMs: Math.ceil(asked.toMs / hourMs) * hourMs,
  };
  const starts = intervalStarts(range, query.interval, query.timezone);
  return inReport(getPool(), async (client) => {
    const { modelIds } = filterOf(query, await store.listModels(client));
    const rows = await sumLatency(client, { ...range, starts, modelIds });
    const byInterval = new Map<number, BucketRow[]>();
    for (const row of rows) byInterval.set(row.interval, [...(byInterval.get(row.interval) ?? []), row]);
    return {
      from: new Date(range.fromMs),
      to: new Date(range.toMs),
      data: [...byInterval]
        .sort(([a], [b]) => a - b)
        .map(([interval, own]) => ({ time: new Date(starts[interval] ?? range.fromMs), ...durationsOf(own) })),
      totals: durationsOf(rows),
    };
  });
}
