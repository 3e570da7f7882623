import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseUsd, usdPattern } from "@/lib/money";
import { periodAt } from "@/lib/periods";
import {
  type AlertFacts,
  buildAlertData,
  crossedThresholds,
  eventTypeOf,
  percentOf,
  projectExhaustion,
  remainingOf,
} from "./alert-data";

const amount = fc.bigInt({ min: 0n, max: 9_223_372_036_854_775_807n });
const positive = fc.bigInt({ min: 1n, max: 9_223_372_036_854_775_807n });
const thresholds = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 20 });
const month = periodAt("monthly", "UTC", Date.UTC(2026, 10, 16));
const start = month.start.getTime();
const end = Date.UTC(2026, 11, 1);

describe("crossed thresholds", () => {
  test("reaching one exactly crosses it, a nano-dollar less does not, and being past it does not again", () => {
    const usd = parseUsd("1");
    expect(crossedThresholds([50], usd, 0n, usd / 2n - 1n)).toEqual([]);
    expect(crossedThresholds([50], usd, usd / 2n - 1n, usd / 2n)).toEqual([50]);
    expect(crossedThresholds([50], usd, usd / 2n, usd / 2n + 1n)).toEqual([]);
    expect(crossedThresholds([90, 50, 100, 75], usd, 0n, usd)).toEqual([50, 75, 90, 100]);
    expect(crossedThresholds([50], 3n, 1n, 2n)).toEqual([50]);
    expect(crossedThresholds([33], 100n, 32n, 33n)).toEqual([33]);
  });

  test("a limit of nothing is crossed altogether", () => {
    fc.assert(
      fc.property(thresholds, amount, amount, (list, before, after) => {
        expect(crossedThresholds(list, 0n, before, after)).toEqual([...list].sort((a, b) => a - b));
      }),
    );
  });

  test("however spending is split into charges, each threshold is crossed once, and just those that it reached", () => {
    fc.assert(
      fc.property(thresholds, positive, fc.array(fc.bigInt({ min: 0n, max: 10n ** 18n })), (list, limit, charges) => {
        let spent = 0n;
        const crossed = charges.flatMap((charge) => {
          const before = spent;
          spent += charge;
          return crossedThresholds(list, limit, before, spent);
        });
        expect(crossed).toEqual(crossedThresholds(list, limit, 0n, spent));
        expect(crossed).toEqual(
          list.filter((threshold) => spent * 100n >= limit * BigInt(threshold)).sort((a, b) => a - b),
        );
      }),
    );
  });
});

test("a hundred percent is exceeding, all below is a threshold", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), (threshold) => {
      expect(eventTypeOf(threshold)).toBe(threshold === 100 ? "budget.exceeded" : "budget.threshold_reached");
    }),
  );
});

describe("figures", () => {
  test("percent never says more than was spent, and is within a hundredth of it", () => {
    fc.assert(
      fc.property(amount, positive, (spent, limit) => {
        const hundredths = BigInt(Math.round(percentOf(spent, limit) * 100));
        const exact = spent * 10_000n;
        if (exact / limit > 2n ** 53n) return;
        expect(hundredths * limit <= exact && exact < (hundredths + 1n) * limit).toBe(true);
      }),
    );
    expect(percentOf(999_999_999n, 1_000_000_000n)).toBe(99.99);
    expect(percentOf(0n, 0n)).toBe(100);
  });

  test("what remains is never below nothing, and is what limit, spent and held leave", () => {
    fc.assert(
      fc.property(amount, amount, amount, (limit, spent, held) => {
        const remaining = remainingOf(limit, spent, held);
        expect(remaining >= 0n).toBe(true);
        expect(remaining).toBe(spent + held >= limit ? 0n : limit - spent - held);
      }),
    );
  });

  test("the projection lies between now and the period's end, on the line from the period's start", () => {
    fc.assert(
      fc.property(positive, amount, fc.integer({ min: start + 1, max: end - 1 }), (limit, spent, now) => {
        const projected = projectExhaustion(month, limit, spent, now);
        if (spent >= limit) expect(projected).toEqual(new Date(now));
        else if (projected === null) expect(limit * BigInt(now - start) >= spent * BigInt(end - start)).toBe(true);
        else {
          expect(projected.getTime()).toBeGreaterThanOrEqual(now);
          expect(projected.getTime()).toBeLessThan(end);
          const exact = limit * BigInt(now - start);
          const reached = spent * BigInt(projected.getTime() - start);
          expect(reached <= exact && exact < reached + spent).toBe(true);
        }
      }),
    );
  });

  test("half spent after a quarter of the time is all spent at half time; unspent or too slow is never", () => {
    const quarter = start + (end - start) / 4;
    expect(projectExhaustion(month, 100n, 50n, quarter)).toEqual(new Date(start + (end - start) / 2));
    expect(projectExhaustion(month, 100n, 25n, quarter)).toBeNull();
    expect(projectExhaustion(month, 100n, 0n, quarter)).toBeNull();
    expect(projectExhaustion(periodAt("total", "UTC", quarter), 100n, 50n, quarter)).toBeNull();
  });
});

describe("the data of an alert", () => {
  const facts: AlertFacts = {
    alertId: "alert_1",
    threshold: 75,
    budget: { id: "bud_1", limitNano: parseUsd("1"), period: "monthly", hard: true },
    period: month,
    scope: { type: "team", id: "team_1", name: "Engineering" },
    spentNano: parseUsd("0.75"),
    heldNano: parseUsd("0.1"),
    nowMs: start + (end - start) / 2,
  };

  test("has the fields of the event catalogue and no others", () => {
    expect(buildAlertData(facts)).toEqual({
      alert_id: "alert_1",
      threshold: 75,
      percent: 75,
      budget: {
        id: "bud_1",
        limit_usd: "1.00",
        period: "monthly",
        period_start: "2026-11-01T00:00:00.000Z",
        period_end: "2026-12-01T00:00:00.000Z",
        hard: true,
      },
      scope: { type: "team", id: "team_1", name: "Engineering" },
      spent_usd: "0.75",
      held_usd: "0.10",
      remaining_usd: "0.15",
      projected_exhaustion_at: "2026-11-21T00:00:00.000Z",
    });
  });

  test("is JSON as it stands, with exact amounts, whatever was spent", () => {
    fc.assert(
      fc.property(amount, amount, amount, (limitNano, spentNano, heldNano) => {
        const data = buildAlertData({ ...facts, budget: { ...facts.budget, limitNano }, spentNano, heldNano });
        expect(JSON.parse(JSON.stringify(data))).toEqual(data);
        const { spent_usd, held_usd, remaining_usd } = data as Record<string, string>;
        for (const text of [spent_usd, held_usd, remaining_usd]) expect(text).toMatch(usdPattern);
        expect(parseUsd(spent_usd ?? "")).toBe(spentNano);
        expect(parseUsd(held_usd ?? "")).toBe(heldNano);
      }),
    );
  });
});
