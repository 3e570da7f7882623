/** The spans of time that usage is shown for, in UTC, aligned to what the rollups hold. Pure. */

const hourMs = 3_600_000;

/** The start of the hour that lies `hours` before the running one. */
export function hoursBefore(nowMs: number, hours: number): Date {
  return new Date(Math.floor(nowMs / hourMs) * hourMs - hours * hourMs);
}

export function monthStart(nowMs: number): Date {
  const now = new Date(nowMs);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
}

/**
 * One value per hour for the `count` hours that end with the running one, oldest first: hours in which nothing happened are
 * not in an answer, but have their place in a chart.
 */
export function fillHours<T extends { time: string }, V>(
  rows: readonly T[],
  nowMs: number,
  count: number,
  read: (row: T | undefined) => V,
): { time: string; value: V }[] {
  const byHour = new Map(rows.map((row) => [Math.floor(Date.parse(row.time) / hourMs), row]));
  const last = Math.floor(nowMs / hourMs);
  return Array.from({ length: count }, (_, index) => {
    const hour = last - count + 1 + index;
    return { time: new Date(hour * hourMs).toISOString(), value: read(byHour.get(hour)) };
  });
}
