"use client";

import {
  Bar,
  BarChart,
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from "recharts";
import { paintOf } from "./colours";
import type { ChartData } from "./shape";

const line = "var(--color-line)";
const tick = { fill: "var(--color-muted)", fontSize: 11 };
// The places over the bars (components/chart/slots) stand within the same edges.
const margin = { top: 8, right: 8, bottom: 0, left: 0 };
const axisWidths = { usual: 56, wide: 80 };
const axisHeight = 24;
/** The column of where a row stands; no series is called so. */
const place = " place";
/** From so many points on, dots would run into each other. */
const manyPoints = 100;

interface PlotProps extends Omit<ChartData, "axis" | "isWhole"> {
  /** What stands beside each line of the vertical axis. */
  lines: ReadonlyMap<number, string>;
  /** Some of that is long. */
  isWide: boolean;
}

/**
 * The picture alone, by recharts. Loaded on the client, apart from the page: it is large, and what it writes into elements' styles may come
 * from the page's script but not from the server. Who cannot see it has the places over it and the table behind it.
 */
export function Plot({ kind, series, points, marks = [], lines, isWide }: PlotProps) {
  const dotRadius = points.length < manyPoints ? 2 : 1;
  // Points stand side by side, each in the middle of its place, so that they lie under the places over them.
  const rows = points.flatMap(({ cells, drawn }, index) => {
    const own = Object.fromEntries(series.map(({ key }) => [key, cells[key]?.value ?? null]));
    return drawn
      ? drawn.map(({ at, values }) => ({ [place]: index - 1 + at, ...values }))
      : [{ [place]: index, ...own }];
  });
  const spread = {
    type: "number",
    domain: [-0.5, points.length - 0.5],
    ticks: points.map((_, index) => index),
  } as const;
  const frame = [
    <CartesianGrid key="grid" vertical={false} stroke={line} />,
    <XAxis
      key="x"
      dataKey={place}
      {...(kind === "bars" ? ({ scale: "band" } as const) : spread)}
      height={axisHeight}
      tick={tick}
      tickLine={false}
      axisLine={{ stroke: line }}
      tickFormatter={(index: number) => points[index]?.tick ?? ""}
      interval="preserveStart"
      minTickGap={20}
    />,
    <YAxis
      key="y"
      width={isWide ? axisWidths.wide : axisWidths.usual}
      tick={tick}
      tickLine={false}
      axisLine={false}
      ticks={[...lines.keys()]}
      tickFormatter={(value: number) => lines.get(value) ?? ""}
      interval={0}
      domain={[0, Math.max(...lines.keys())]}
    />,
    ...marks.map(({ key, value, colour }) => (
      <ReferenceLine key={key} y={value} stroke={paintOf(colour)} strokeWidth={1.5} />
    )),
  ];
  return (
    <ResponsiveContainer width="100%" height="100%">
      {kind === "bars" ? (
        <BarChart data={rows} margin={margin} accessibilityLayer={false} barCategoryGap="18%">
          {frame}
          {series.map((one) => (
            <Bar
              key={one.key}
              dataKey={(row: Record<string, number | null>) => row[one.key] ?? 0}
              name={one.label}
              stackId="all"
              fill={paintOf(one.colour)}
              isAnimationActive={false}
              maxBarSize={56}
            />
          ))}
        </BarChart>
      ) : (
        <LineChart data={rows} margin={margin} accessibilityLayer={false}>
          {frame}
          {series.map((one) => (
            <Line
              key={one.key}
              dataKey={(row: Record<string, number | null>) => row[one.key] ?? null}
              name={one.label}
              stroke={paintOf(one.colour)}
              strokeWidth={one.isDashed ? 1.5 : 2}
              strokeDasharray={one.isDashed ? "5 4" : undefined}
              dot={one.isDashed ? false : { r: dotRadius, fill: paintOf(one.colour), strokeWidth: 0 }}
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      )}
    </ResponsiveContainer>
  );
}
