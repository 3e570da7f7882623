/**
 * Log-bucket histograms of durations: what usage_latency stores. Leaf: the gateway writes them, reports read them. Bucket b holds (2^((b−1)/4), 2^(b/4)] milliseconds, so
 * that a percentile read from it is at most 2^(1/4) − 1 = 19 % too high, and histograms of hours and models simply add up
 * (averages of percentiles would be wrong).
 */

const bucketsPerOctave = 4;
/** 2^(96/4) ms is 4.6 hours: longer than any call may take. */
export const lastBucket = 96;

// Far below the distance of two whole milliseconds, and far above what the two logarithms differ by.
const slack = 1e-9;

/** The bucket of a duration in milliseconds; bucket 0 holds everything up to 1 ms, the last one everything longer. */
export function bucketOf(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(Math.ceil(Math.log2(ms) * bucketsPerOctave - slack), lastBucket);
}

/** `bucketOf` as an SQL expression over a column of whole milliseconds. */
export function bucketSql(column: string): string {
  return `LEAST(ceil(ln(GREATEST(${column}, 1)::float8) * ${bucketsPerOctave / Math.LN2} - ${slack}), ${lastBucket})::smallint`;
}

/** The longest duration, in milliseconds, that a bucket holds. */
export function upperBoundMs(bucket: number): number {
  return 2 ** (bucket / bucketsPerOctave);
}

/**
 * The duration in milliseconds that a share `p` (0 to 1) of the calls stays at or below: the upper bound of the bucket in which
 * that call lies (nearest rank). `counts` maps buckets to numbers of calls; null where there are none.
 */
export function percentile(counts: ReadonlyMap<number, bigint>, p: number): number | null {
  const ordered = [...counts].filter(([, count]) => count > 0n).sort(([a], [b]) => a - b);
  const total = ordered.reduce((sum, [, count]) => sum + count, 0n);
  if (total === 0n) return null;
  const rank = Math.max(1, Math.ceil(p * Number(total)));
  let seen = 0n;
  for (const [bucket, count] of ordered) {
    seen += count;
    if (seen >= BigInt(rank)) return upperBoundMs(bucket);
  }
  return null;
}
