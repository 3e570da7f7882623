import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Period, type PeriodKind, periodAt, periodKinds } from "./periods";

// Zones of every kind of awkwardness: whole and quarter-hour offsets, clock changes by an hour and by half of one, at two
// o'clock, at midnight, at one minute past it, by three hours back over midnight, and a day that never was.
const zones = [
  "UTC",
  "Asia/Tokyo",
  "Asia/Kathmandu",
  "America/New_York",
  "Australia/Lord_Howe",
  "America/Sao_Paulo",
  "America/St_Johns",
  "America/Havana",
  "Africa/Cairo",
  "Africa/Casablanca",
  "Asia/Beirut",
  "Asia/Tehran",
  "Antarctica/Casey",
  "Antarctica/Troll",
  "Atlantic/Azores",
  "Pacific/Apia",
  "Pacific/Kiritimati",
  "Pacific/Kwajalein",
  "Europe/Berlin",
];
const computedKinds = periodKinds.filter((kind) => kind !== "total");
const zone = fc.constantFrom(...zones);
const kind = fc.constantFrom(...computedKinds);
const instant = fc.integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(2060, 0, 1) });

const clocks = new Map(
  zones.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }),
  ]),
);

/** The wall clock, by a route of its own: what the zone's clock shows, as `2026-03-08 03:00:00`. */
function clockOf(timezone: string, at: Date): string {
  return clocks.get(timezone)?.format(at) ?? "";
}

function boundsOf(period: Period): [number, number] {
  return [period.start.getTime(), period.end?.getTime() ?? Number.POSITIVE_INFINITY];
}

/** Asked about another decade first, so that no answer is remembered. */
function freshPeriodAt(kindOf: PeriodKind, timezone: string, at: number): Period {
  periodAt(kindOf, timezone, at > Date.UTC(2010, 0) ? Date.UTC(1985, 5) : Date.UTC(2035, 5));
  return periodAt(kindOf, timezone, at);
}

describe("periods", () => {
  test("hold their instant, without gap or overlap, in every zone and at every instant", () => {
    fc.assert(
      fc.property(kind, zone, instant, (kindOf, timezone, now) => {
        const [start, end] = boundsOf(freshPeriodAt(kindOf, timezone, now));
        expect(start).toBeLessThanOrEqual(now);
        expect(now).toBeLessThan(end);
        expect(boundsOf(freshPeriodAt(kindOf, timezone, start))).toEqual([start, end]);
        expect(boundsOf(freshPeriodAt(kindOf, timezone, end - 1))).toEqual([start, end]);
        expect(boundsOf(freshPeriodAt(kindOf, timezone, end))[0]).toBe(end);
        expect(boundsOf(freshPeriodAt(kindOf, timezone, start - 1))[1]).toBe(start);
      }),
      { numRuns: 3_000 },
    );
  });

  test("follow each other day by day through every clock change of sixty years", () => {
    const dayMs = 24 * 3_600_000;
    let changes = 0;
    for (const timezone of zones) {
      const offsetOf = (at: number) => Date.parse(`${clockOf(timezone, new Date(at)).replace(" ", "T")}Z`) - at;
      for (let week = Date.UTC(1971, 0, 1); week < Date.UTC(2031, 0, 1); week += 7 * dayMs) {
        if (offsetOf(week) === offsetOf(week + 7 * dayMs)) continue;
        changes++;
        let at = periodAt("daily", timezone, week - dayMs).start.getTime();
        while (at < week + 9 * dayMs) {
          const [start, end] = boundsOf(periodAt("daily", timezone, at));
          expect(start).toBe(at);
          // The shortest and the longest are Casey's, whose clock moves by three hours; a skipped day makes none longer.
          expect(end - start).toBeGreaterThanOrEqual(20 * 3_600_000);
          expect(end - start).toBeLessThanOrEqual(28 * 3_600_000);
          at = end;
        }
      }
    }
    expect(changes).toBeGreaterThan(1_000);
  });

  test("longer ones begin where a day begins", () => {
    fc.assert(
      fc.property(kind, zone, instant, (kindOf, timezone, now) => {
        const { start } = freshPeriodAt(kindOf, timezone, now);
        expect(freshPeriodAt("daily", timezone, start.getTime()).start).toEqual(start);
      }),
      { numRuns: 1_000 },
    );
  });

  test("begin at local midnight where the clock shows one, on the day that their kind names", () => {
    fc.assert(
      fc.property(
        kind,
        fc.constantFrom("UTC", "Asia/Tokyo", "Asia/Kathmandu", "America/New_York"),
        instant,
        (...all) => {
          const [kindOf, timezone, now] = all;
          const { start } = freshPeriodAt(kindOf, timezone, Math.max(now, Date.UTC(1987, 0)));
          const [day = "", time] = clockOf(timezone, start).split(" ");
          expect(time).toBe("00:00:00");
          if (kindOf === "weekly") expect(new Date(`${day}T00:00:00Z`).getUTCDay()).toBe(1);
          if (kindOf === "monthly") expect(day.slice(8)).toBe("01");
          if (kindOf === "yearly") expect(day.slice(5)).toBe("01-01");
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test.each<[string, PeriodKind, string, string, string, string]>([
    ["a day", "daily", "UTC", "2026-11-20T15:00:00Z", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"],
    ["a week", "weekly", "UTC", "2026-11-22T23:59:59.999Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"],
    ["a week over New Year", "weekly", "UTC", "2027-01-01T00:00:00Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"],
    ["a month", "monthly", "Asia/Tokyo", "2026-01-31T15:00:00Z", "2026-01-31T15:00:00Z", "2026-02-28T15:00:00Z"],
    ["a leap month", "monthly", "UTC", "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"],
    ["a year", "yearly", "Asia/Kathmandu", "2026-06-01T00:00:00Z", "2025-12-31T18:15:00Z", "2026-12-31T18:15:00Z"],
    ["23 hours", "daily", "America/New_York", "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"],
    ["25 hours", "daily", "America/New_York", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"],
    [
      "24.5 hours",
      "daily",
      "Australia/Lord_Howe",
      "2026-04-05T00:00:00Z",
      "2026-04-04T13:00:00Z",
      "2026-04-05T13:30:00Z",
    ],
    [
      "no midnight",
      "daily",
      "America/Sao_Paulo",
      "2018-11-04T12:00:00Z",
      "2018-11-04T03:00:00Z",
      "2018-11-05T02:00:00Z",
    ],
    [
      "midnight put off",
      "daily",
      "America/Sao_Paulo",
      "2018-02-18T02:30:00Z",
      "2018-02-17T02:00:00Z",
      "2018-02-18T03:00:00Z",
    ],
    [
      "midnight twice",
      "daily",
      "America/St_Johns",
      "2008-11-02T03:00:00Z",
      "2008-11-02T02:30:00Z",
      "2008-11-03T03:30:00Z",
    ],
    [
      "back over midnight",
      "daily",
      "Antarctica/Casey",
      "2010-03-04T16:00:00Z",
      "2010-03-04T13:00:00Z",
      "2010-03-05T16:00:00Z",
    ],
    [
      "before a day that never was",
      "daily",
      "Pacific/Apia",
      "2011-12-30T09:59:59.999Z",
      "2011-12-29T10:00:00Z",
      "2011-12-30T10:00:00Z",
    ],
    [
      "after a day that never was",
      "daily",
      "Pacific/Apia",
      "2011-12-30T10:00:00Z",
      "2011-12-30T10:00:00Z",
      "2011-12-31T10:00:00Z",
    ],
    [
      "a year that begins late",
      "yearly",
      "Pacific/Apia",
      "2011-12-31T10:00:00Z",
      "2011-12-31T10:00:00Z",
      "2012-12-31T10:00:00Z",
    ],
  ])("%s: %s in %s at %s", (_name, kindOf, timezone, now, start, end) => {
    expect(freshPeriodAt(kindOf, timezone, Date.parse(now))).toEqual({ start: new Date(start), end: new Date(end) });
  });

  test("a total has neither beginning nor end that matters", () => {
    fc.assert(
      fc.property(zone, instant, (timezone, now) => {
        expect(periodAt("total", timezone, now)).toEqual({ start: new Date(0), end: null });
      }),
    );
  });

  test("a remembered answer is the computed one", () => {
    fc.assert(
      fc.property(kind, zone, fc.array(instant, { minLength: 2, maxLength: 8 }), (kindOf, timezone, instants) => {
        const first = instants.map((now) => boundsOf(periodAt(kindOf, timezone, now)));
        expect(first).toEqual(instants.map((now) => boundsOf(freshPeriodAt(kindOf, timezone, now))));
      }),
    );
  });

  test("an unknown zone is an error", () => {
    expect(() => periodAt("daily", "Mars/Olympus", 0)).toThrow(RangeError);
  });
});
