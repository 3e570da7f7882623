import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { intervalStarts, planIntervals, planSegments, resolveRange } from "./range";
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
  const flag = fc.boolean();
  const details = fc.record({ ofTags: flag, ofOwners: flag, ofUsersAlone: flag, ofEvents: flag });
  const questions = fc.record({
    range: ranges,
    interval: fc.constantFrom(...intervals),
    zone: fc.constantFrom(...zones),
    detail: details,
  });

  test("count every instant of the range once and no other, each where it belongs", () => {
    fc.assert(
      fc.property(questions, ({ range, interval, zone, detail }) => {
        const starts = intervalStarts(range, interval, zone);
        const segments = planSegments(range, starts, detail, now);
        const borders = [...new Set(segments.flatMap(({ fromMs, toMs }) => [fromMs, toMs, toMs - 1]))];
        for (const at of [...borders, range.fromMs - 1, range.fromMs, range.toMs - 1, range.toMs]) {
          const counted = segments
            .filter(({ fromMs, toMs }) => fromMs <= at && at < toMs)
            .reduce((sum, { sign }) => sum + sign, 0);
          expect(counted).toBe(range.fromMs <= at && at < range.toMs ? 1 : 0);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("hold whole cells only, and no interval begins inside one", () => {
    fc.assert(
      fc.property(questions, ({ range, interval, zone, detail }) => {
        const starts = intervalStarts(range, interval, zone);
        for (const { source, fromMs, toMs } of planSegments(range, starts, detail, now)) {
          expect(toMs).toBeGreaterThan(fromMs);
          if (source === "events") continue;
          const grain = source === "hours" ? hourMs : dayMs;
          expect([fromMs % grain, toMs % grain]).toEqual([0, 0]);
          for (const start of starts.slice(1)) if (start > fromMs && start < toMs) expect(start % grain).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("of intervals count each instant in its own one", () => {
    fc.assert(
      fc.property(questions, ({ range, interval, zone, detail }) => {
        // By the hour there would be thousands of borders to look at, and nothing that days do not show.
        const starts = intervalStarts(range, interval === "hour" ? "day" : interval, zone);
        const intervalOf = (at: number) =>
          Math.max(
            0,
            starts.findLastIndex((start) => start <= at),
          );
        const segments = planIntervals(range, starts, detail, now);
        const borders = [
          ...starts,
          range.fromMs,
          range.toMs,
          ...segments.flatMap(({ fromMs, toMs }) => [fromMs, toMs]),
        ];
        for (const at of new Set(borders.flatMap((border) => [border - 1, border]))) {
          const counted = new Map<number, number>();
          for (const { fromMs, toMs, sign, interval: own = intervalOf(at) } of segments)
            if (fromMs <= at && at < toMs) counted.set(own, (counted.get(own) ?? 0) + sign);
          const isAsked = range.fromMs <= at && at < range.toMs;
          expect([...counted].filter(([, sum]) => sum !== 0)).toEqual(isAsked ? [[intervalOf(at), 1]] : []);
        }
      }),
      { numRuns: 60 },
    );
  });

  interface Asked {
    zone?: string;
    detail?: Partial<Parameters<typeof planSegments>[2]>;
    nowMs?: number;
  }

  /** `+team_days 2026-03-02 … 2026-03-05` in short: sign, table, from and to. */
  function plan(from: string, to: string, interval: (typeof intervals)[number], asked: Asked = {}): string[] {
    const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
    const starts = intervalStarts(range, interval, asked.zone ?? "UTC");
    const detail = { ofTags: false, ofOwners: false, ofEvents: false, ...asked.detail };
    const short = (ms: number) => new Date(ms).toISOString().slice(8, 16);
    return planSegments(range, starts, detail, asked.nowMs ?? now)
      .map(({ source, sign, fromMs, toMs }) => `${sign === 1 ? "+" : "-"}${source} ${short(fromMs)} ${short(toMs)}`)
      .sort();
  }

  test("are the coarsest that are exact, and take away what is less to read", () => {
    expect(plan("2026-03-01T10:20:00Z", "2026-03-05T18:10:00Z", "day")).toEqual([
      "+events 05T18:00 05T18:10",
      "+team_days 01T00:00 06T00:00",
      "-events 01T10:00 01T10:20",
      "-hours 01T00:00 01T10:00",
      "-hours 05T18:00 06T00:00",
    ]);
  });

  test("of owners and tags are days, whose ends come from the events", () => {
    for (const [detail, source] of [
      [{ ofOwners: true }, "owner_days"],
      [{ ofOwners: true, ofUsersAlone: true }, "user_days"],
      [{ ofTags: true }, "tag_days"],
    ] as const)
      expect(plan("2026-03-01T02:00:00Z", "2026-03-05T06:00:00Z", "total", { detail })).toEqual([
        "+events 05T00:00 05T06:00",
        `+${source} 01T00:00 05T00:00`,
        "-events 01T00:00 01T02:00",
      ]);
    expect(
      plan("2026-03-01T00:00:00Z", "2026-03-05T00:00:00Z", "total", { detail: { ofOwners: true, ofTags: true } }),
    ).toEqual(["+events 01T00:00 05T00:00"]);
  });

  test("cost nothing for the rest of the running day: it has not come yet", () => {
    const nowMs = Date.parse("2026-03-05T06:00:00Z");
    expect(plan("2026-03-01T00:00:00Z", "2026-03-05T06:00:00Z", "day", { detail: { ofOwners: true }, nowMs })).toEqual([
      "+owner_days 01T00:00 06T00:00",
      "-events 05T06:00 06T00:00",
    ]);
  });

  test("are finer where a zone's days begin within a UTC day, or within an hour", () => {
    const ragged = ["2026-03-01T10:00:00Z", "2026-03-05T12:00:00Z", "day"] as const;
    expect(plan(...ragged, { zone: "Asia/Tokyo" })).toEqual(["+hours 01T10:00 05T12:00"]);
    expect(plan(...ragged, { zone: "Asia/Tokyo", detail: { ofOwners: true } })).toEqual(["+events 01T10:00 05T12:00"]);
    expect(plan(...ragged, { zone: "Asia/Kathmandu" })).toEqual(["+events 01T10:00 05T12:00"]);
    expect(plan("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "total", { zone: "Asia/Kathmandu" })).toEqual([
      "+team_days 01T00:00 02T00:00",
    ]);
  });

  test("of a zone's days are UTC's, but for the hours between the two midnights", () => {
    const range = { fromMs: Date.parse("2026-02-28T23:00:00Z"), toMs: Date.parse("2026-03-02T23:00:00Z") };
    const starts = intervalStarts(range, "day", "Europe/Berlin");
    const detail = { ofTags: false, ofOwners: true, ofEvents: false };
    const short = (ms: number) => new Date(ms).toISOString().slice(8, 13);
    const plan = planIntervals(range, starts, detail, now).map(
      ({ source, sign, fromMs, toMs, interval }) => `${interval}: ${sign}${source} ${short(fromMs)} ${short(toMs)}`,
    );
    expect(plan.sort()).toEqual([
      "0: -1events 01T23 02T00",
      "0: 1events 28T23 01T00",
      "0: 1owner_days 01T00 02T00",
      "1: -1events 02T23 03T00",
      "1: 1events 01T23 02T00",
      "1: 1owner_days 02T00 03T00",
    ]);
  });
});
