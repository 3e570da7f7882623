/** What a chart shows, prepared: it draws the values and reads out the texts, and decides nothing. */
import type { Colour } from "./colours";

interface ChartSeries {
  key: string;
  label: string;
  colour: Colour;
  /** Beside the label: the whole span's figure. */
  total?: string;
  /** A line that is reckoned, not measured. */
  isDashed?: true;
}

/** A height that the series are measured against, all the way across: a limit. */
interface ChartMark {
  key: string;
  label: string;
  colour: Colour;
  /** For drawing only. */
  value: number;
  /** The exact figure with its unit. */
  text: string;
}

export interface ChartCell {
  /** For drawing only: a height, never an amount to reckon with. */
  value: number | null;
  /** The exact figure with its unit. */
  text: string;
}

/** A place on the way from the point before to a point. */
interface Drawn {
  /** How much of the way: 0 is the point before, 1 the point itself. */
  at: number;
  /** By the series' key; for drawing only. */
  values: Readonly<Record<string, number>>;
}

export interface ChartPoint {
  /** Unlike any other point's. */
  key: string;
  /** On the axis. */
  tick: string;
  /** In full, as a heading; the zone stands in the chart's hint. */
  label: string;
  /** By the series' key; a series without a cell has nothing here. */
  cells: Readonly<Record<string, ChartCell>>;
  /** Of lines: what is drawn instead of the cells, from left to right, where that is not just at the point. */
  drawn?: readonly Drawn[];
  /** All series together, where that means something. */
  total?: string;
  /** What happened there, in a few words. */
  note?: string | undefined;
}

export interface ChartData {
  kind: "bars" | "lines";
  series: readonly ChartSeries[];
  points: readonly ChartPoint[];
  marks?: readonly ChartMark[];
  /** It counts things, of which there is no half. */
  isWhole?: boolean;
  /** What stands beside the lines of the vertical axis, given where they are; see components/chart/axis. */
  axis: (ticks: readonly number[]) => string[];
}
