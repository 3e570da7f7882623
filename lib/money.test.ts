import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bucketPrices,
  ceilingCost,
  costOf,
  formatBucketCost,
  formatUsd,
  maxNano,
  type Price,
  parseUsd,
  smallestNano,
  type TokenBuckets,
} from "./money";

const price = (input: bigint, output: bigint, cached: bigint | null = null, write: bigint | null = null): Price => ({
  inputPerMtokNano: input,
  cachedInputPerMtokNano: cached,
  cacheWritePerMtokNano: write,
  outputPerMtokNano: output,
});
const anyNano = fc.bigInt({ min: 0n, max: 10n ** 15n });
const anyPrice = fc
  .tuple(anyNano, anyNano, fc.option(anyNano), fc.option(anyNano))
  .map(([input, output, cached, write]) => price(input, output, cached, write));
const tokens = fc.integer({ min: 0, max: 10_000_000 });

describe("amounts", () => {
  test.each([
    ["0", 0n],
    ["12.34", 12_340_000_000n],
    ["0.000000001", 1n],
    ["9223372036.854775807", maxNano],
  ])("%s USD is read exactly", (text, nano) => {
    expect(parseUsd(text)).toBe(nano);
  });

  test.each(["", "-1", "1.", ".5", "01", "1e3", "1,5", " 1", "0.0000000001", "9223372036.854775808", "NaN"])(
    "%j is refused",
    (text) => {
      expect(() => parseUsd(text)).toThrow(RangeError);
    },
  );

  test("what is written is read back as it was, with two to nine decimals", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: maxNano }), (nano) => {
        const text = formatUsd(nano);
        expect(text).toMatch(/^\d+\.\d{2,9}$/);
        expect(parseUsd(text)).toBe(nano);
      }),
      { numRuns: 2_000 },
    );
    expect(formatUsd(-1_500_000_000n)).toBe("-1.50");
  });

  test("the smallest of amounts, and of none", () => {
    expect(smallestNano([3n, -1n, 2n])).toBe(-1n);
    expect(smallestNano([])).toBeNull();
  });
});

describe("costs", () => {
  test("are the sum of their parts, each exact, rounded once", () => {
    const femto = (text: string) => {
      const [whole = "", decimals = ""] = text.split(".");
      return BigInt(whole) * 10n ** 15n + BigInt(decimals.padEnd(15, "0"));
    };
    fc.assert(
      fc.property(
        fc.tuple(tokens, tokens, tokens, tokens),
        anyPrice,
        ([input, cachedInput, cacheWrite, output], price) => {
          const buckets: TokenBuckets = { input, cachedInput, cacheWrite, output };
          const prices = bucketPrices(price);
          const parts = (Object.keys(buckets) as (keyof TokenBuckets)[]).map((name) =>
            formatBucketCost(buckets[name], prices[name]),
          );
          for (const part of parts) expect(part).toMatch(/^\d+\.\d{2,15}$/);
          const sum = parts.map(femto).reduce((a, b) => a + b);
          expect((sum + 500_000n) / 1_000_000n).toBe(costOf(buckets, price));
        },
      ),
    );
    expect(formatBucketCost(1, 1n)).toBe("0.000000000000001");
    expect(formatBucketCost(1_000_000, 150_000_000n)).toBe("0.15");
  });

  // 0.15 and 0.60 USD per million tokens: no binary fraction holds either.
  test("add up by bucket and round once, half up", () => {
    const buckets = { input: 1_000, cachedInput: 0, cacheWrite: 0, output: 1_000 };
    expect(costOf(buckets, price(150_000_000n, 600_000_000n))).toBe(750_000n);
    const one = { input: 1, cachedInput: 0, cacheWrite: 0, output: 0 };
    expect(costOf(one, price(499_999n, 0n))).toBe(0n);
    expect(costOf(one, price(500_000n, 0n))).toBe(1n);
    expect(
      costOf({ input: 1, cachedInput: 1, cacheWrite: 1, output: 1 }, price(300_000n, 100_000n, 50_000n, 50_000n)),
    ).toBe(1n);
  });

  test("a bucket without a price of its own costs as much as plain input", () => {
    const buckets = { input: 0, cachedInput: 7, cacheWrite: 5, output: 0 };
    expect(costOf(buckets, price(1_000_000n, 0n))).toBe(12n);
    expect(costOf(buckets, price(1_000_000n, 0n, 0n, 2_000_000n))).toBe(10n);
  });

  test("the ceiling bounds every split of the prompt over the buckets", () => {
    fc.assert(
      fc.property(anyPrice, tokens, tokens, tokens, tokens, (rates, input, cachedInput, cacheWrite, output) => {
        const cost = costOf({ input, cachedInput, cacheWrite, output }, rates);
        expect(cost <= ceilingCost(input + cachedInput + cacheWrite, output, rates)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a million random prices sum to the same in any order", () => {
    let state = 0x2545f491;
    const random = () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state >>> 0;
    };
    const costs = Array.from({ length: 1_000_000 }, () =>
      costOf(
        { input: random() % 100_000, cachedInput: random() % 1_000, cacheWrite: 0, output: random() % 10_000 },
        price(BigInt(random()), BigInt(random()) * 4n, BigInt(random() % 1_000)),
      ),
    );
    const sum = (list: readonly bigint[]) => list.reduce((total, cost) => total + cost, 0n);
    const forwards = sum(costs);
    expect(sum([...costs].reverse())).toBe(forwards);
    expect(sum([...costs].sort((a, b) => (a < b ? -1 : 1)))).toBe(forwards);
    // The exact total, counted digit by digit in another way: low and high parts apart.
    const base = 10n ** 6n;
    const low = costs.reduce((total, cost) => total + (cost % base), 0n);
    const high = costs.reduce((total, cost) => total + cost / base, 0n);
    expect(high * base + low).toBe(forwards);
  });
});
