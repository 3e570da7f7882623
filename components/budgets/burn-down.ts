/** A budget's period as the chart wants it: what was spent by when, beside even spending, the forecast and the limit. Pure. */
import type { ChartData, ChartPoint } from "@/components/chart/shape";
import { pointOf } from "@/components/usage/labels";
import type { BurnDown } from "@/lib/budgets/queries";
import { formatMoney } from "@/lib/client/format";
import { zonedClock, zonedFullDay } from "@/lib/client/zoned";
import { formatUsd, parseUsd } from "@/lib/money";
import { slotsOf } from "@/lib/usage/spans";

/** For drawing only. */
const heightOf = (nano: bigint) => Number(nano) / 1e9;
const cellOf = (nano: bigint) => ({ value: heightOf(nano), text: formatMoney(formatUsd(nano)) });

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

/** The ends of the steps that are still to come. */
function stepsAhead({ points, period_end, step, timezone }: BurnDown): number[] {
  const now = points.at(-1);
  if (!now || !period_end) return [];
  const span = { fromMs: Date.parse(now.time), toMs: Date.parse(period_end) };
  return span.fromMs < span.toMs ? slotsOf(span, step, timezone).map(({ toMs }) => toMs) : [];
}

/** The alerts that came after one point and by the next, in words. */
function noteOf({ alerts }: BurnDown, afterMs: number, byMs: number): string | undefined {
  const crossed = alerts.filter(({ created_at }) => {
    const atMs = Date.parse(created_at);
    return atMs > afterMs && atMs <= byMs;
  });
  return crossed.length > 0 ? `Alert at ${crossed.map(({ threshold }) => `${threshold} %`).join(", ")}` : undefined;
}

export function prepareBurnDown(data: BurnDown): Pick<ChartData, "series" | "points" | "marks"> {
  const { step, timezone, points, limit_usd, spent_usd, forecast } = data;
  const [ideal, ahead] = [idealOf(data), forecastOf(data)];
  const spent = new Map(points.map((point) => [Date.parse(point.time), parseUsd(point.spent_usd)]));
  const times = [...spent.keys(), ...stepsAhead(data)];
  const lastMs = [...spent.keys()].at(-1);
  const isRunning = forecast !== null || data.period_end === null;
  return {
    series: [
      { key: "spent", label: "Spent", colour: "1", total: formatMoney(spent_usd) },
      ...(ideal ? [{ key: "ideal", label: "Even spending", colour: "other" as const, isDashed: true as const }] : []),
      ...(ahead
        ? [
            {
              key: "forecast",
              label: "Forecast",
              colour: "2" as const,
              isDashed: true as const,
              total: formatMoney(formatUsd(ahead.toNano)),
            },
          ]
        : []),
    ],
    points: times.map((timeMs, index): ChartPoint => {
      const heights = {
        spent: spent.get(timeMs) ?? null,
        ideal: heightAt(ideal, timeMs),
        forecast: heightAt(ahead, timeMs),
      };
      const { key, tick } = pointOf({ startMs: timeMs, fromMs: timeMs, toMs: timeMs }, step, timezone);
      const isNow = isRunning && timeMs === lastMs;
      const label = `${zonedFullDay(timeMs, timezone)}, ${zonedClock(timeMs, timezone)}`;
      return {
        key,
        tick,
        label: isNow ? `Now, ${label}` : label,
        note: noteOf(data, times[index - 1] ?? Number.NEGATIVE_INFINITY, timeMs),
        cells: Object.fromEntries(
          Object.entries(heights).flatMap(([name, nano]) => (nano === null ? [] : [[name, cellOf(nano)]])),
        ),
      };
    }),
    marks: [
      {
        key: "limit",
        label: "Limit",
        colour: "7",
        value: heightOf(parseUsd(limit_usd)),
        text: formatMoney(limit_usd),
      },
    ],
  };
}
