import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { intervalStarts, planSegments, resolveRange } from "./range";
import { intervals } from "./schema";

const now = Date.parse("2026-03-10T12:34:56.789Z");
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const zones = ["UTC", "Asia/Tokyo", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "Europe/Berlin"];

const ranges = fc
  .tuple(fc.integer({ min: 0, max: 400 * dayMs }), fc.integer({ min: 1, max: 30 * dayMs }))
  .map(([back, length]) => ({ fromMs: now - back, toMs: now - back + length }));

describe("the range", () => {
  test("is the last 30 days by default, in whole UTC days, today included", () => {
    expect(resolveRange({ interval: "day" }, now)).toEqual({
      fromMs: Date.parse("2026-02-09T00:00:00Z"),
      toMs: Date.parse("2026-03-11T00:00:00Z"),
    });
  });

  test("is exactly what was asked for", () => {
    const query = { from: "2026-03-01T00:00:00+09:00", to: "2026-03-02T05:06:07.008Z", interval: "hour" } as const;
    expect(resolveRange(query, now)).toEqual({ fromMs: Date.parse(query.from), toMs: Date.parse(query.to) });
  });

  test.each([
    ["ends before it begins", { from: "2026-03-02T00:00:00Z", to: "2026-03-01T00:00:00Z", interval: "day" }],
    ["is empty", { from: "2026-03-02T00:00:00Z", to: "2026-03-02T00:00:00Z", interval: "day" }],
    ["is too long by the hour", { from: "2026-01-01T00:00:00Z", to: "2026-03-01T00:00:00Z", interval: "hour" }],
    ["is too long by the day", { from: "2024-01-01T00:00:00Z", to: "2026-03-01T00:00:00Z", interval: "day" }],
  ] as const)("is refused where it %s", (_why, query) => {
    expect(() => resolveRange(query, now)).toThrow(/^from: must be/);
  });
});

describe("intervals", () => {
  test("cover the range without a gap, the first one from its own beginning", () => {
    fc.assert(
      fc.property(ranges, fc.constantFrom(...intervals), fc.constantFrom(...zones), (range, interval, zone) => {
        const starts = intervalStarts(range, interval, zone);
        expect(starts[0]).toBeLessThanOrEqual(range.fromMs);
        expect(starts.at(-1)).toBeLessThan(range.toMs);
        for (const [index, start] of starts.entries()) if (index > 0) expect(start).toBeGreaterThan(range.fromMs);
        expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });

  test("of days begin at local midnight, 23 and 25 hours apart where clocks change", () => {
    const range = { fromMs: Date.parse("2026-03-28T00:00:00Z"), toMs: Date.parse("2026-03-30T12:00:00Z") };
    expect(intervalStarts(range, "day", "Europe/Berlin").map((start) => new Date(start).toISOString())).toEqual([
      "2026-03-27T23:00:00.000Z",
      "2026-03-28T23:00:00.000Z",
      "2026-03-29T22:00:00.000Z",
    ]);
  });
});

describe("the tables of a report", () => {
  const details = fc.record({ ofEvents: fc.boolean(), ofOwners: fc.boolean() });

  test("tile the range, and no interval begins inside a rollup's grain", () => {
    fc.assert(
      fc.property(
        ranges,
        fc.constantFrom(...intervals),
        fc.constantFrom(...zones),
        details,
        (range, interval, zone, detail) => {
          const starts = intervalStarts(range, interval, zone);
          const segments = planSegments(range, starts, detail);
          let at = range.fromMs;
          for (const { source, fromMs, toMs } of segments) {
            expect(fromMs).toBe(at);
            expect(toMs).toBeGreaterThan(fromMs);
            at = toMs;
            if (source === "events") continue;
            const grain = source === "hours" ? hourMs : dayMs;
            expect([fromMs % grain, toMs % grain]).toEqual([0, 0]);
            for (const start of starts) if (start > fromMs && start < toMs) expect(start % grain).toBe(0);
          }
          expect(at).toBe(range.toMs);
        },
      ),
      { numRuns: 100 },
    );
  });

  const kinds = (from: string, to: string, interval: (typeof intervals)[number], zone: string, ofOwners = false) => {
    const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
    const starts = intervalStarts(range, interval, zone);
    return planSegments(range, starts, { ofEvents: false, ofOwners }).map(({ source }) => source);
  };

  test("are the coarsest that are exact", () => {
    const ragged = ["2026-03-01T10:30:00Z", "2026-03-05T12:10:00Z"] as const;
    expect(kinds(...ragged, "day", "UTC")).toEqual(["events", "hours", "team_days", "hours", "events"]);
    expect(kinds(...ragged, "day", "UTC", true)).toEqual(["events", "owner_days", "events"]);
    expect(kinds(...ragged, "day", "Asia/Tokyo")).toEqual(["events", "hours", "events"]);
    expect(kinds(...ragged, "day", "Asia/Kathmandu")).toEqual(["events"]);
    expect(kinds(...ragged, "total", "Asia/Kathmandu")).toEqual(["events", "hours", "team_days", "hours", "events"]);
    expect(kinds("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "month", "UTC")).toEqual(["team_days"]);
  });
});
