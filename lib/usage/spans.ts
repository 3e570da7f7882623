/**
 * Which span of time a page of usage shows, what it is compared with, and what a click into it leads to. Pure; views of
 * components/usage call this.
 */
import { periodAt } from "@/lib/periods";
import { intervalStarts } from "./range";
import type { Interval } from "./schema";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export const presets = ["24h", "today", "7d", "30d", "90d", "month", "last_month", "12m"] as const;
export type Preset = (typeof presets)[number];

export const presetNames: Record<Preset, string> = {
  "24h": "Last 24 hours",
  today: "Today",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
  month: "This month",
  last_month: "Last month",
  "12m": "Last 12 months",
};

export type ChartInterval = Exclude<Interval, "total">;
export const chartIntervals = ["hour", "day", "month"] as const satisfies readonly ChartInterval[];

/** [fromMs, toMs) in milliseconds since the epoch. */
export interface Span {
  fromMs: number;
  toMs: number;
}

function monthOf(zone: string, timeMs: number): Span {
  const { start, end } = periodAt("monthly", zone, timeMs);
  return { fromMs: start.getTime(), toMs: end?.getTime() ?? timeMs };
}

/** Midnight `count` days before the one at `endMs`; the two hours are more than any change of a clock. */
function daysBefore(zone: string, endMs: number, count: number): number {
  return periodAt("daily", zone, endMs - count * dayMs + 2 * hourMs).start.getTime();
}

const dayCounts: Partial<Record<Preset, number>> = { "7d": 7, "30d": 30, "90d": 90 };

/** What a preset means now: whole days and months of the zone, the running one included; or whole hours. */
export function spanOf(preset: Preset, zone: string, nowMs: number): Span {
  const month = monthOf(zone, nowMs);
  switch (preset) {
    case "24h": {
      const toMs = Math.floor(nowMs / hourMs) * hourMs + hourMs;
      return { fromMs: toMs - 24 * hourMs, toMs };
    }
    case "month":
      return month;
    case "last_month":
      return monthOf(zone, month.fromMs - 1);
    case "12m": {
      let { fromMs } = month;
      for (let index = 1; index < 12; index++) ({ fromMs } = monthOf(zone, fromMs - 1));
      return { fromMs, toMs: month.toMs };
    }
    default: {
      const toMs = periodAt("daily", zone, nowMs).end?.getTime() ?? nowMs;
      return { fromMs: daysBefore(zone, toMs, dayCounts[preset] ?? 1), toMs };
    }
  }
}

interface NamedSpan extends Span {
  /** As "against" goes on. */
  name: string;
}

/** The period before one: of a preset the same days or months before it, of any other span as much time. */
function periodBefore(preset: Preset | null, span: Span, zone: string): NamedSpan {
  const { fromMs, toMs } = span;
  const months = (count: number, name: string): NamedSpan => {
    let from = fromMs;
    for (let index = 0; index < count; index++) from = monthOf(zone, from - 1).fromMs;
    return { fromMs: from, toMs: fromMs, name };
  };
  switch (preset) {
    case "month":
      return months(1, "last month");
    case "last_month":
      return months(1, "the month before");
    case "12m":
      return months(12, "the 12 months before");
    case "today":
      return { fromMs: daysBefore(zone, fromMs, 1), toMs: fromMs, name: "yesterday" };
    case "7d":
    case "30d":
    case "90d": {
      const days = dayCounts[preset] ?? 1;
      return { fromMs: daysBefore(zone, fromMs, days), toMs: fromMs, name: `the ${days} days before` };
    }
    default: {
      const days = (toMs - fromMs) / dayMs;
      const length = days >= 2 ? `${Math.round(days)} days` : `${Math.round(days * 24)} hours`;
      return { fromMs: fromMs - (toMs - fromMs), toMs: fromMs, name: `the ${length} before` };
    }
  }
}

export interface Comparison {
  now: Span;
  before: NamedSpan;
  /** Where the span still runs: the full hour at which both sides are cut. */
  cutMs: number | null;
}

/**
 * What of a span may be compared with what of the period before it. Of a span that still runs it is what has passed by the last full
 * hour, and the same part of the one before; a shorter month before is taken as a whole. Null before the first full hour.
 */
export function compareSpans(preset: Preset | null, span: Span, zone: string, nowMs: number): Comparison | null {
  const before = periodBefore(preset, span, zone);
  if (span.toMs <= nowMs) return { now: span, before, cutMs: null };
  const cutMs = Math.floor(nowMs / hourMs) * hourMs;
  if (cutMs <= span.fromMs) return null;
  const toMs = Math.min(before.toMs, before.fromMs + cutMs - span.fromMs);
  return { now: { fromMs: span.fromMs, toMs: cutMs }, before: { ...before, toMs }, cutMs };
}

/** The intervals that a span may be shown by: neither a single bar for a short span nor thousands for a long one. */
export function intervalsFor(span: Span): ChartInterval[] {
  const days = (span.toMs - span.fromMs) / dayMs;
  return chartIntervals.filter((interval) => {
    if (interval === "hour") return days <= 31;
    return interval === "day" ? days > 1 && days <= 400 : days > 31;
  });
}

/** The interval that shows a span best: the asked one where it may be. */
export function intervalFor(span: Span, asked: ChartInterval | null): ChartInterval {
  const possible = intervalsFor(span);
  if (asked && possible.includes(asked)) return asked;
  const days = (span.toMs - span.fromMs) / dayMs;
  const fitting = days <= 3 ? "hour" : days <= 100 ? "day" : "month";
  return possible.includes(fitting) ? fitting : (possible.at(-1) ?? "month");
}

export interface Slot extends Span {
  startMs: number;
}

/** The intervals of a span, in order, cut to it; `startMs` is where each begins on the clock. */
export function slotsOf(span: Span, interval: ChartInterval, zone: string): Slot[] {
  const starts = intervalStarts(span, interval, zone);
  return starts.map((startMs, index) => ({
    startMs,
    fromMs: Math.max(startMs, span.fromMs),
    toMs: starts[index + 1] ?? span.toMs,
  }));
}

/** One interval finer, or null where there is none. */
export function finer(interval: ChartInterval): ChartInterval | null {
  return interval === "month" ? "day" : interval === "day" ? "hour" : null;
}
