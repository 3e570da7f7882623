/**
 * Budget periods as computed keys: from an instant and a time zone to [start, end). Pure; there is no reset job.
 *
 * A period starts at the first instant at which the wall clock shows midnight of its first day or later: where a clock change
 * skips midnight, that is the end of the jump. Weeks start on Monday (ISO 8601). An end is the start of the following period, by
 * the same rule, so that periods neither overlap nor leave gaps.
 */
export const periodKinds = ["total", "daily", "weekly", "monthly", "yearly"] as const;
export type PeriodKind = (typeof periodKinds)[number];

export interface Period {
  start: Date;
  /** Exclusive; null for a period without an end. */
  end: Date | null;
}

interface LocalDay {
  year: number;
  /** 1 to 12, but overflows are allowed, as in Date.UTC. */
  month: number;
  day: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timezone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timezone);
  if (!formatter) {
    const numeric = "numeric" as const;
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone: timezone,
      hourCycle: "h23",
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
    formatters.set(timezone, formatter);
  }
  return formatter;
}

/** The wall clock of `timezone` at `instantMs`, as if it were UTC, in whole seconds. */
function wallClock(timezone: string, instantMs: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatterOf(timezone).formatToParts(instantMs)) part[type] = Number(value);
  return Date.UTC(
    part.year ?? 0,
    (part.month ?? 1) - 1,
    part.day ?? 1,
    part.hour ?? 0,
    part.minute ?? 0,
    part.second ?? 0,
  );
}

const hourMs = 3_600_000;
const sampleMs = 6 * hourMs;

/** What the zone's wall clock adds to UTC at an instant. */
function offsetAt(timezone: string, instantMs: number): number {
  return wallClock(timezone, instantMs) - Math.floor(instantMs / 1000) * 1000;
}

/** The first whole second in (low, high] with `high`'s offset, for a stretch in which it changes once. */
function transitionIn(timezone: string, low: number, high: number): number {
  const after = offsetAt(timezone, high);
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(timezone, middle) === after) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * The first instant whose wall clock shows `midnight` (as if it were UTC) or later. A wall clock may jump over it, and it may show
 * it twice, when it is set back around midnight; so stretches of one offset are looked at in turn, from well before.
 */
function firstInstantAt(timezone: string, midnight: number): number {
  // No zone has ever been further than 16 hours from UTC; clocks change at whole seconds and not twice within six hours.
  let from = midnight - 18 * hourMs;
  let offset = offsetAt(timezone, from);
  for (;;) {
    const to = from + sampleMs;
    const nextOffset = offsetAt(timezone, to);
    const change = nextOffset === offset ? to : transitionIn(timezone, from, to);
    if (midnight - offset < change) return midnight - offset;
    if (change + nextOffset >= midnight) return change;
    if (midnight - nextOffset <= to) return midnight - nextOffset;
    from = to;
    offset = nextOffset;
  }
}

/** The start of a day; of the next one there is, where a zone skipped the whole day. */
function startOfDay(timezone: string, { year, month, day }: LocalDay): Date {
  return new Date(firstInstantAt(timezone, Date.UTC(year, month - 1, day)));
}

function localDayOf(timezone: string, instantMs: number): LocalDay {
  const local = new Date(wallClock(timezone, instantMs));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
}

function firstDays(kind: Exclude<PeriodKind, "total">, today: LocalDay): [LocalDay, LocalDay] {
  const { year, month, day } = today;
  switch (kind) {
    case "daily":
      return [today, { year, month, day: day + 1 }];
    case "weekly": {
      const sinceMonday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
      return [
        { year, month, day: day - sinceMonday },
        { year, month, day: day - sinceMonday + 7 },
      ];
    }
    case "monthly":
      return [
        { year, month, day: 1 },
        { year, month: month + 1, day: 1 },
      ];
    case "yearly":
      return [
        { year, month: 1, day: 1 },
        { year: year + 1, month: 1, day: 1 },
      ];
  }
}

function computePeriod(
  kind: Exclude<PeriodKind, "total">,
  timezone: string,
  nowMs: number,
): { start: Date; end: Date } {
  let days = firstDays(kind, localDayOf(timezone, nowMs));
  let end = startOfDay(timezone, days[1]);
  // A clock that is set back past midnight shows the old day again, although the new one has begun.
  while (nowMs >= end.getTime()) {
    days = firstDays(kind, days[1]);
    end = startOfDay(timezone, days[1]);
  }
  return { start: startOfDay(timezone, days[0]), end };
}

interface Remembered {
  startMs: number;
  endMs: number;
  period: Period;
}

const eternity: Period = { start: new Date(0), end: null };
// One per kind and zone, the last: the gateway asks for the same period at every call.
const remembered: Record<Exclude<PeriodKind, "total">, Map<string, Remembered>> = {
  daily: new Map(),
  weekly: new Map(),
  monthly: new Map(),
  yearly: new Map(),
};

/**
 * The period of `kind` that holds the instant `nowMs` (milliseconds since the epoch) in an IANA time zone. Callers share the
 * answer and must not change its dates. Throws a RangeError for an unknown zone.
 */
export function periodAt(kind: PeriodKind, timezone: string, nowMs: number): Period {
  if (kind === "total") return eternity;
  const known = remembered[kind].get(timezone);
  if (known && nowMs >= known.startMs && nowMs < known.endMs) return known.period;
  const period = computePeriod(kind, timezone, nowMs);
  remembered[kind].set(timezone, { startMs: period.start.getTime(), endMs: period.end.getTime(), period });
  return period;
}
