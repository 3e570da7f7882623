import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketOf, lastBucket, percentile, upperBoundMs } from "./histogram";

const oneBucket = 2 ** (1 / 4);

describe("a bucket", () => {
  test("holds what is above the bound of the one before it and up to its own", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 16_000_000 }), (ms) => {
        const bucket = bucketOf(ms);
        expect(ms).toBeLessThanOrEqual(upperBoundMs(bucket) * (1 + 1e-12));
        expect(ms).toBeGreaterThan(upperBoundMs(bucket - 1) * (1 - 1e-12));
      }),
    );
  });

  test("exists for every number, however odd", () => {
    expect([0, -5, Number.NaN, 1].map(bucketOf)).toEqual([0, 0, 0, 0]);
    expect(bucketOf(Number.POSITIVE_INFINITY)).toBe(lastBucket);
  });
});

describe("a percentile", () => {
  test("is at least the exact one and at most one bucket above it", () => {
    const durations = fc.array(fc.integer({ min: 1, max: 600_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
        const counts = new Map<number, bigint>();
        for (const value of values) counts.set(bucketOf(value), (counts.get(bucketOf(value)) ?? 0n) + 1n);
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(p * values.length)) - 1] ?? Number.NaN;
        const read = percentile(counts, p) ?? Number.NaN;
        expect(read).toBeGreaterThanOrEqual(exact * (1 - 1e-12));
        expect(read).toBeLessThanOrEqual(exact * oneBucket * (1 + 1e-12));
      }),
    );
  });

  test("of nothing is nothing", () => {
    expect(percentile(new Map(), 0.5)).toBeNull();
    expect(percentile(new Map([[3, 0n]]), 0.5)).toBeNull();
  });
});
