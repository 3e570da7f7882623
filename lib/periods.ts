/**
 * Budget periods as computed keys: from an instant and a time zone to [start, end). Pure; there is no reset job.
 *
 * A period starts at local midnight of its first day, or, where a clock change skips midnight, at the first instant of that
 * day; weeks start on Monday (ISO 8601). Starts are computed for consecutive days, so that periods neither overlap nor leave gaps.
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

/** The wall clock of `timezone` at `instantMs`, as if it were UTC; whole seconds. */
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

const halfDayMs = 12 * 3_600_000;

/** The first instant whose wall clock shows this day (or a later one, where a zone skipped the whole day). */
function startOfDay(timezone: string, { year, month, day }: LocalDay): Date {
  const midnight = Date.UTC(year, month - 1, day);
  // The wall clock may jump but local dates never run backwards by as much as half a day around midnight, so a search works.
  let low = midnight - 2.5 * halfDayMs;
  let high = midnight + 2.5 * halfDayMs;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (wallClock(timezone, middle) >= midnight) high = middle;
    else low = middle;
  }
  return new Date(high);
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

/** The period of `kind` that holds the instant `nowMs` (milliseconds since the epoch) in an IANA time zone. */
export function periodAt(kind: PeriodKind, timezone: string, nowMs: number): Period {
  if (kind === "total") return { start: new Date(0), end: null };
  const [first, next] = firstDays(kind, localDayOf(timezone, nowMs));
  return { start: startOfDay(timezone, first), end: startOfDay(timezone, next) };
}
