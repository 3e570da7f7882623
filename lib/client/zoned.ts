/** Instants as a wall clock of some time zone shows them, for axes and headings. Pure. Whoever shows one names the zone beside it. */

const formatters = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, name: string, options: Intl.DateTimeFormatOptions, timeMs: number): string {
  const key = `${zone} ${name}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
    formatters.set(key, formatter);
  }
  return formatter.format(timeMs);
}

const day = { day: "numeric", month: "short" } as const;
const clock = { hour: "2-digit", minute: "2-digit" } as const;

/** `12 Jan`. */
export const zonedDay = (timeMs: number, zone: string) => format(zone, "day", day, timeMs);
/** `Mon 12 Jan 2026`. */
export const zonedFullDay = (timeMs: number, zone: string) =>
  format(zone, "full", { weekday: "short", year: "numeric", ...day }, timeMs).replace(",", "");
/** `14:00`. */
export const zonedClock = (timeMs: number, zone: string) => format(zone, "clock", clock, timeMs);
/** `Jan 2026`. */
export const zonedMonth = (timeMs: number, zone: string) =>
  format(zone, "month", { month: "short", year: "numeric" }, timeMs);

/** Whether this machine knows the zone. */
export function isKnownZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: zone }) !== null;
  } catch {
    return false;
  }
}

/** `2026-01-31`, as a date field holds it. */
export function zonedDate(timeMs: number, zone: string): string {
  const parts = new Map(
    new Intl.DateTimeFormat("en-GB", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" })
      .formatToParts(timeMs)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
}
