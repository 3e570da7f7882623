/** Where the lines of a vertical axis stand, and what stands beside them. Pure. */
import type { ChartData } from "./shape";

const intervals = 4;

/** The highest thing that is drawn: of bars the whole stack. */
function highestOf({ kind, series, points, marks = [] }: Omit<ChartData, "axis">): number {
  const heights = points.flatMap(({ cells, drawn = [] }) => {
    const values = series.map(({ key }) => cells[key]?.value ?? 0);
    if (kind === "bars") return [values.reduce((sum, value) => sum + value, 0)];
    return [...values, ...drawn.flatMap((place) => Object.values(place.values))];
  });
  return [...heights, ...marks.map(({ value }) => value)].reduce((most, height) => Math.max(most, height), 0);
}

/** Without what binary fractions add. */
const clean = (value: number) => Number(value.toPrecision(12));

/** From nothing to the first line that is not below `highest`, at even distances that are easy to count in. */
export function ticksUpTo(highest: number, isWhole: boolean): number[] {
  if (!(highest > 0)) return [0, 1];
  const least = highest / intervals;
  const power = 10 ** Math.floor(Math.log10(least));
  const steps = [1, 2, 2.5, 5, 10].map((factor) => clean(factor * power));
  const fits = (step: number) => step >= clean(least) && (!isWhole || Number.isInteger(step));
  const step = steps.find(fits) ?? 1;
  const count = Math.ceil(clean(highest / step));
  return Array.from({ length: count + 1 }, (_, index) => clean(index * step));
}

export function ticksOf(data: ChartData): number[] {
  return ticksUpTo(highestOf(data), data.isWhole === true);
}

function decimalsOf(value: number): number {
  const decimals = Array.from({ length: 13 }, (_, count) => count);
  return decimals.find((count) => clean(Number(value.toFixed(count))) === clean(value)) ?? 12;
}

/** All with as many decimals, which are as many as tell them exactly, but not fewer than `least` where there are any. */
function write(values: readonly number[], least = 0): string[] {
  const needed = Math.max(...values.map(decimalsOf));
  const digits = needed === 0 ? 0 : Math.max(needed, least);
  const format = new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return values.map((value) => (value === 0 ? "0" : format.format(value)));
}

const units = [
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "K"],
] as const;

/** From ten thousand on in thousands and more, all in the same. */
function shorten(ticks: readonly number[], least = 0): string[] {
  const highest = Math.max(...ticks);
  const [size, name] = (highest >= 10_000 && units.find(([unit]) => highest >= unit)) || [1, ""];
  const texts = write(
    ticks.map((tick) => clean(tick / size)),
    size === 1 ? least : 0,
  );
  return texts.map((text) => (text === "0" ? text : `${text}${name}`));
}

/** `0`, `250`, `1,250`; `2.5M`. */
export const countAxis = (ticks: readonly number[]) => shorten(ticks);

/** `$0`, `$0.45`, `$1.35`; `$12.5K`. */
export const moneyAxis = (ticks: readonly number[]) => shorten(ticks, 2).map((text) => `$${text}`);

/** `2.5 %`. */
export const percentAxis = (ticks: readonly number[]) => write(ticks).map((text) => `${text} %`);

/** Milliseconds as `250 ms`, or all in seconds: `1.25 s`. */
export function timeAxis(ticks: readonly number[]): string[] {
  const isLong = Math.max(...ticks) >= 1_000;
  return write(ticks.map((ms) => (isLong ? clean(ms / 1_000) : ms))).map((text) => `${text} ${isLong ? "s" : "ms"}`);
}
