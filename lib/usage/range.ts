/**
 * Which span of time a report covers, where its intervals begin, and which table answers which part of it. Pure; called by
 * lib/usage/service.
 *
 * Rollups are exact for whole hours or UTC days and for the columns they have; the ragged ends of a span, and whatever the
 * rollups cannot tell, are read from the events themselves. Rollups are written together with their events, so the two agree at
 * any moment, and every answer is exact.
 */
import { AppError, invalidField } from "@/lib/errors";
import { type PeriodKind, periodAt } from "@/lib/periods";
import type { Interval, SummaryQuery } from "./schema";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const defaultDays = 30;
/** As many days as one answer may span; by the hour it would be too long otherwise, and by the month too slow. */
const maxDays: Record<Interval, number> = { hour: 31, day: 400, month: 3_660, total: 3_660 };

/** [fromMs, toMs) in milliseconds since the epoch. */
export interface Range {
  fromMs: number;
  toMs: number;
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

/** The range of a query: by default the last 30 days, today included. Throws invalid_input where it is empty or too long. */
export function resolveRange(query: Pick<SummaryQuery, "from" | "to" | "interval">, nowMs: number): Range {
  // Nothing starts later than now, so the end of the running day tells the same and lets the rollups answer.
  const toMs = query.to === undefined ? Math.floor(nowMs / dayMs) * dayMs + dayMs : Date.parse(query.to);
  const fromMs = query.from === undefined ? toMs - defaultDays * dayMs : Date.parse(query.from);
  if (fromMs >= toMs) throw invalidField("from", `must be before ${isoOf(toMs)}`);
  const most = maxDays[query.interval];
  if (toMs - fromMs > most * dayMs)
    throw invalidField(
      "from",
      `must be at most ${most} days before ${isoOf(toMs)} with the interval "${query.interval}"`,
    );
  return { fromMs, toMs };
}

function stepStarts(range: Range, stepMs: number): number[] {
  const first = Math.floor(range.fromMs / stepMs) * stepMs;
  return Array.from({ length: Math.ceil((range.toMs - first) / stepMs) }, (_, index) => first + index * stepMs);
}

function periodStarts(range: Range, kind: PeriodKind, timezone: string): number[] {
  const starts: number[] = [];
  for (let at = range.fromMs; at < range.toMs; ) {
    const period = periodAt(kind, timezone, at);
    starts.push(period.start.getTime());
    at = period.end?.getTime() ?? range.toMs;
  }
  return starts;
}

/** Where each interval that touches the range begins, in order; the first one may begin before the range does. */
export function intervalStarts(range: Range, interval: Interval, timezone: string): number[] {
  switch (interval) {
    case "hour":
      return stepStarts(range, hourMs);
    case "day":
      return timezone === "UTC" ? stepStarts(range, dayMs) : periodStarts(range, "daily", timezone);
    case "month":
      return periodStarts(range, "monthly", timezone);
    case "total":
      return [range.fromMs];
  }
}

export type Source = "events" | "hours" | "team_days" | "tag_days" | "user_days" | "owner_days" | "owner_months";

/** A part of the range and the table that answers it; what a negative one holds is taken away. */
export interface Segment extends Range {
  source: Source;
  sign: 1 | -1;
  /** The interval that all of it belongs to; absent: each row to the one in which it lies. */
  interval?: number;
}

/** What a report asks for beyond teams and models, which every table knows. */
export interface Detail {
  /** Tags, by which or of which. */
  ofTags: boolean;
  /** Keys or users, likewise. */
  ofOwners: boolean;
  /** Of these people alone: no keys, and no models. */
  ofUsersAlone?: boolean;
  /** Two things that no rollup knows together. */
  ofEvents: boolean;
  /** Neither models nor tokens: cost and calls alone. */
  ofCost?: boolean;
}

interface Grain {
  source: Source;
  /** The border of a cell at or before an instant. */
  floor(ms: number): number;
  /** And at or after it. */
  ceil(ms: number): number;
}

function every(source: Source, stepMs: number): Grain {
  return {
    source,
    floor: (ms) => Math.floor(ms / stepMs) * stepMs,
    ceil: (ms) => Math.ceil(ms / stepMs) * stepMs,
  };
}

function monthOf(ms: number, later = 0): number {
  const at = new Date(ms);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + later);
}

const everyMonth = (source: Source): Grain => ({
  source,
  floor: monthOf,
  ceil: (ms) => (monthOf(ms) === ms ? ms : monthOf(ms, 1)),
});

const takenAway = (segment: Segment): Segment => ({ ...segment, sign: segment.sign === 1 ? -1 : 1 });

/**
 * A range as whole cells of the coarsest grain; its ragged ends are added up from finer tables, or their whole cells are taken
 * and the rest is taken away, whichever is less to read.
 */
function tile(range: Range, grains: readonly Grain[], nowMs: number): Segment[] {
  const { fromMs, toMs } = range;
  if (fromMs >= toMs) return [];
  const [grain, ...finer] = grains;
  if (!grain) return [{ ...range, source: "events", sign: 1 }];
  const weigh = (part: Range) => Math.max(0, Math.min(part.toMs, nowMs) - part.fromMs);
  const add = (part: Range) => tile(part, finer, nowMs);
  const takeAway = (part: Range) => add(part).map(takenAway);
  const take = (part: Range): Segment[] =>
    part.fromMs < part.toMs ? [{ ...part, source: grain.source, sign: 1 }] : [];

  const [firstCell, lastCell] = [grain.floor(fromMs), grain.floor(toMs)];
  const before = { fromMs: firstCell, toMs: fromMs };
  const after = { fromMs: toMs, toMs: grain.ceil(toMs) };
  if (firstCell === lastCell) {
    const isLess = weigh(before) + weigh(after) < weigh(range);
    return isLess
      ? [...take({ fromMs: firstCell, toMs: after.toMs }), ...takeAway(before), ...takeAway(after)]
      : add(range);
  }
  const first = { fromMs, toMs: grain.ceil(fromMs) };
  const last = { fromMs: lastCell, toMs };
  const cutsFirst = weigh(before) < weigh(first);
  const cutsLast = weigh(after) < weigh(last);
  return [
    ...take({ fromMs: cutsFirst ? before.fromMs : first.toMs, toMs: cutsLast ? after.toMs : last.fromMs }),
    ...(cutsFirst ? takeAway(before) : add(first)),
    ...(cutsLast ? takeAway(after) : add(last)),
  ];
}

function grainsOf({ ofTags, ofOwners, ofUsersAlone, ofEvents, ofCost }: Detail): Grain[] {
  if (ofEvents || (ofTags && ofOwners)) return [];
  if (ofTags) return [every("tag_days", dayMs)];
  const ownerDays = every(ofUsersAlone ? "user_days" : "owner_days", dayMs);
  if (ofOwners) return [...(ofCost ? [everyMonth("owner_months")] : []), ownerDays];
  return [every("team_days", dayMs), every("hours", hourMs)];
}

/** A rollup's row belongs to one interval only where no interval begins within it. */
function isAligned(grain: Grain, starts: readonly number[]): boolean {
  return starts.slice(1).every((start) => grain.floor(start) === start);
}

/**
 * The segments that together are the range, each from the coarsest table that is exact there. `nowMs`: no call has started
 * later, so that what lies in the future costs nothing to read.
 */
export function planSegments(range: Range, starts: readonly number[], detail: Detail, nowMs: number): Segment[] {
  const grains = grainsOf(detail).filter((grain) => isAligned(grain, starts));
  return tile(range, grains, nowMs);
}

/**
 * The same where the intervals are days or months of a zone whose midnight is no border of the table's cells: each interval is taken by
 * itself, so that only the hours between the two midnights come from finer tables.
 */
export function planIntervals(range: Range, starts: readonly number[], detail: Detail, nowMs: number): Segment[] {
  const grains = grainsOf(detail);
  const isByHour = starts.some((start, index) => index > 1 && start - (starts[index - 1] ?? 0) < dayMs / 2);
  const [coarsest] = grains;
  if (!coarsest || isAligned(coarsest, starts) || isByHour) return planSegments(range, starts, detail, nowMs);
  return starts.flatMap((start, interval) => {
    const part = { fromMs: Math.max(start, range.fromMs), toMs: starts[interval + 1] ?? range.toMs };
    return tile(part, grains, nowMs).map((segment) => ({ ...segment, interval }));
  });
}

const maxRows = 10_000;

/** How many rows to ask for: one more than there may be. */
export const rowLimit = maxRows + 1;

/** Throws invalid_input where an answer is longer than anyone reads; what to do about it is in the message. */
export function refuseTooMany(rows: readonly unknown[]): void {
  if (rows.length <= maxRows) return;
  const message = `would give more than ${maxRows} rows: take a longer interval, a shorter range or a filter`;
  throw new AppError("invalid_input", `interval: ${message}`, { fields: [{ path: "interval", message }] });
}
