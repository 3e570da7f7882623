/** How charts of usage name their intervals and figures. Pure. */
import { formatCount } from "@/lib/client/format";
import { zonedClock, zonedDay, zonedFullDay, zonedMonth } from "@/lib/client/zoned";
import type { ChartInterval, Slot } from "@/lib/usage/spans";

export const intervalNames: Record<ChartInterval, string> = { hour: "Hour", day: "Day", month: "Month" };

/** What every point of a chart is called; hours that begin a day carry its date. */
export function pointOf({ startMs }: Slot, interval: ChartInterval, zone: string) {
  const key = String(startMs);
  if (interval === "month") return { key, tick: zonedMonth(startMs, zone), label: zonedMonth(startMs, zone) };
  if (interval === "day") return { key, tick: zonedDay(startMs, zone), label: zonedFullDay(startMs, zone) };
  const clock = zonedClock(startMs, zone);
  return {
    key,
    tick: clock < "01:00" ? zonedDay(startMs, zone) : clock,
    label: `${zonedFullDay(startMs, zone)}, ${clock}`,
  };
}

export const percent = (share: number) => `${share < 10 ? share.toFixed(1) : share.toFixed(0)} %`;

/** `850 ms`, `1.25 s`. */
export function formatMs(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${formatCount(Number((ms / 1_000).toFixed(2)))} s`;
}

/** How much more or less than before, in words; only for reading, so a float will do. */
export function changeOf(now: number, before: number): string {
  if (before === 0) return "none before";
  if (now === before) return "as before";
  const share = ((now - before) / before) * 100;
  if (Math.abs(share) < 0.05) return "as before";
  const size =
    Math.abs(share) >= 1_000 ? `${formatCount(Math.round(now / before))} times as much` : percent(Math.abs(share));
  return share >= 1_000 ? size : `${share > 0 ? "+" : "−"}${size}`;
}
