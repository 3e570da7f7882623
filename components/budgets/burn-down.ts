/** A budget's period as the chart wants it: what was spent by when, beside even spending, the forecast and the limit. Pure. */
import type { ChartCell, ChartData, ChartPoint } from "@/components/chart/shape";
import { pointOf } from "@/components/usage/labels";
import type { BurnDown } from "@/lib/budgets/queries";
import { formatMoney } from "@/lib/client/format";
import { zonedClock, zonedDay, zonedFullDay } from "@/lib/client/zoned";
import { formatUsd, parseUsd } from "@/lib/money";
import { slotsOf } from "@/lib/usage/spans";

/** For drawing only. */
const heightOf = (nano: bigint) => Number(nano) / 1e9;

interface Line {
  fromMs: number;
  toMs: number;
  fromNano: bigint;
  toNano: bigint;
}

/** How high a straight line is at an instant; null where it is not. */
function heightAt(line: Line | null, timeMs: number): bigint | null {
  if (!line || timeMs < line.fromMs || timeMs > line.toMs || line.toMs <= line.fromMs) return null;
  return (
    line.fromNano + ((line.toNano - line.fromNano) * BigInt(timeMs - line.fromMs)) / BigInt(line.toMs - line.fromMs)
  );
}

function idealOf({ ideal: [first, last] }: BurnDown): Line | null {
  if (!first || !last) return null;
  return {
    fromMs: Date.parse(first.time),
    toMs: Date.parse(last.time),
    fromNano: parseUsd(first.spent_usd),
    toNano: parseUsd(last.spent_usd),
  };
}

function forecastOf({ forecast, period_end, points, spent_usd }: BurnDown): Line | null {
  const now = points.at(-1);
  if (!forecast || !period_end || !now) return null;
  return {
    fromMs: Date.parse(now.time),
    toMs: Date.parse(period_end),
    fromNano: parseUsd(spent_usd),
    toNano: parseUsd(forecast.spent_usd),
  };
}

interface Place {
  /** What is told of is how it was, or is going to be, at this instant. */
  timeMs: number;
  /** Of the running step: its end, and what part of it has passed. */
  running?: { endMs: number; passed: number };
}

const longestStepMs = 32 * 86_400_000;

/** A place for the end of every step of the period, those still to come included, and one for its start. */
function placesOf({ points, period_end, step, timezone }: BurnDown): Place[] {
  const past = points.map(({ time }) => ({ timeMs: Date.parse(time) }));
  const now = past.pop();
  if (!now) return [];
  const { timeMs: fromMs } = now;
  const endMs = period_end ? Date.parse(period_end) : null;
  const isOver = endMs !== null && fromMs >= endMs;
  const [current, ...coming] = isOver
    ? []
    : slotsOf({ fromMs, toMs: endMs ?? fromMs + longestStepMs }, step, timezone).map(({ toMs }) => toMs);
  const sinceMs = past.at(-1)?.timeMs ?? fromMs;
  const running =
    current === undefined || current <= sinceMs
      ? undefined
      : { endMs: current, passed: (fromMs - sinceMs) / (current - sinceMs) };
  return [
    ...past,
    { ...now, ...(running ? { running } : {}) },
    ...(endMs === null ? [] : coming).map((timeMs) => ({ timeMs })),
  ];
}

/** The alerts that came after one point and by the next, in words. */
function noteOf({ alerts }: BurnDown, afterMs: number, byMs: number): string | undefined {
  const crossed = alerts.filter(({ created_at }) => {
    const atMs = Date.parse(created_at);
    return atMs > afterMs && atMs <= byMs;
  });
  return crossed.length > 0 ? `Alert at ${crossed.map(({ threshold }) => `${threshold} %`).join(", ")}` : undefined;
}

/** What stands at one instant. */
function cellAt(line: Line | null, timeMs: number): ChartCell | null {
  const nano = heightAt(line, timeMs);
  return nano === null ? null : { value: heightOf(nano), text: formatMoney(formatUsd(nano)) };
}

/** The running step has two places: now, where what was spent ends, and its end, where the straight lines go through. */
function drawnOf({ running }: Place, cells: Record<string, ChartCell>, lines: Record<string, Line | null>) {
  if (!running) return undefined;
  const valuesOf = (of: Record<string, ChartCell | null>) =>
    Object.fromEntries(Object.entries(of).flatMap(([key, cell]) => (cell?.value == null ? [] : [[key, cell.value]])));
  const ends = Object.fromEntries(Object.entries(lines).map(([key, line]) => [key, cellAt(line, running.endMs)]));
  return [
    { at: running.passed, values: valuesOf(cells) },
    { at: 1, values: valuesOf(ends) },
  ];
}

function seriesOf({ spent_usd }: BurnDown, ideal: Line | null, ahead: Line | null): ChartData["series"] {
  const dashed = { isDashed: true } as const;
  return [
    { key: "spent", label: "Spent", colour: "1", total: formatMoney(spent_usd) },
    ...(ideal ? [{ key: "ideal", label: "Even spending", colour: "other" as const, ...dashed }] : []),
    ...(ahead
      ? [
          {
            key: "forecast",
            label: "Forecast",
            colour: "2" as const,
            total: formatMoney(formatUsd(ahead.toNano)),
            ...dashed,
          },
        ]
      : []),
  ];
}

export function prepareBurnDown(data: BurnDown): Pick<ChartData, "series" | "points" | "marks"> {
  const { step, timezone, limit_usd } = data;
  const [ideal, ahead, places] = [idealOf(data), forecastOf(data), placesOf(data)];
  const spent = new Map(data.points.map((point) => [Date.parse(point.time), point.spent_usd]));
  const nowMs = data.forecast || data.period_end === null ? [...spent.keys()].at(-1) : undefined;
  const points = places.map((place, index): ChartPoint => {
    const { timeMs } = place;
    const usd = spent.get(timeMs);
    const spentCell = usd === undefined ? null : { value: heightOf(parseUsd(usd)), text: formatMoney(usd) };
    const found = { spent: spentCell, ideal: cellAt(ideal, timeMs), forecast: cellAt(ahead, timeMs) };
    const cells = Object.fromEntries(Object.entries(found).flatMap(([name, cell]) => (cell ? [[name, cell]] : [])));
    const drawn = drawnOf(place, cells, { ideal, forecast: ahead });
    const { key, tick } = pointOf({ startMs: timeMs, fromMs: timeMs, toMs: timeMs }, step, timezone);
    const clock = zonedClock(timeMs, timezone);
    const label = `${zonedFullDay(timeMs, timezone)}, ${clock}`;
    return {
      key,
      // The hours of a week need their day.
      tick: data.period === "weekly" && step === "hour" ? `${zonedDay(timeMs, timezone)}, ${clock}` : tick,
      label: timeMs === nowMs ? `Now, ${label}` : label,
      note: noteOf(data, places[index - 1]?.timeMs ?? Number.NEGATIVE_INFINITY, timeMs),
      cells,
      ...(drawn ? { drawn } : {}),
    };
  });
  const limit = { label: "Limit", colour: "7" as const, value: heightOf(parseUsd(limit_usd)) };
  return {
    series: seriesOf(data, ideal, ahead),
    points,
    marks: [{ key: "limit", ...limit, text: formatMoney(limit_usd) }],
  };
}
