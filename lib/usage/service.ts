/**
 * Usage: what was called, by whom, at what cost. Reads what the gateway's meter has written and changes nothing. Routes, and
 * lib/me for a person's own figures, call this.
 */
import type { Reach } from "@/lib/authz/permissions";
import { type Context, requireReach } from "@/lib/context";
import { getPool, inReport } from "@/lib/db/pool";
import { formatUsd } from "@/lib/money";
import { filterOf } from "./filter";
import { intervalStarts, planIntervals, planSegments, refuseTooMany, resolveRange, rowLimit } from "./range";
import type { SummaryQuery } from "./schema";
import * as store from "./store";
import type { Queryable } from "./store-filter";
import {
  type Figures,
  figureNames,
  findLeading,
  listPaths,
  type SqlGrouping,
  type SumPart,
  type SumRow,
  sumUsage,
} from "./store-summary";

type PresentedFigures = Record<Exclude<keyof Figures, "cost_nano">, number> & { cost_usd: string };

export type SummaryRow = PresentedFigures & { time: Date; other?: boolean } & Partial<
    Record<"key_id" | "key_name" | "user_id" | "user_email" | "team_id" | "team_name" | "tag", string | null>
  > &
  Partial<store.ModelName>;

export interface Summary {
  from: Date;
  to: Date;
  data: SummaryRow[];
  totals: PresentedFigures;
}

function presentFigures({ cost_nano, ...counts }: Figures): PresentedFigures {
  const numbers = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Number(count)]));
  return { ...(numbers as Omit<PresentedFigures, "cost_usd">), cost_usd: formatUsd(cost_nano) };
}

function sumFigures(rows: readonly Figures[]): Figures {
  const zero = Object.fromEntries(figureNames.map((name) => [name, 0n])) as Figures;
  return rows.reduce((sum, row) => {
    for (const name of figureNames) sum[name] += row[name];
    return sum;
  }, zero);
}

/** Stands for all groups beyond the top; no id looks like it. */
const otherGroup = "\u0000other";

/** Adds up the rows of one interval whose groups have the same new name. */
function regroup(rows: readonly SumRow[], groupOf: (group: string) => string): SumRow[] {
  const sums = new Map<string, SumRow>();
  for (const row of rows) {
    const group = groupOf(row.group);
    const key = `${row.interval} ${group}`;
    const sum = sums.get(key);
    if (sum) for (const name of figureNames) sum[name] += row[name];
    else sums.set(key, { ...row, group });
  }
  return [...sums.values()];
}

type Labels = (group: string) => Partial<SummaryRow>;

async function readLabels(
  client: Queryable,
  query: SummaryQuery,
  rows: readonly SumRow[],
  models: readonly store.ModelName[],
): Promise<Labels> {
  const ids = [...new Set(rows.map((row) => row.group))].filter((id) => id !== otherGroup);
  switch (query.group_by) {
    case undefined:
      return () => ({});
    case "tag":
      return (tag) => ({ tag: tag || null });
    case "model":
      return (id) => models.find((row) => row.model_id === id) ?? { model_id: id };
    case "provider": {
      const providers = new Map(models.map(({ provider_id, provider }) => [provider_id, { provider_id, provider }]));
      return (id) => providers.get(id) ?? { provider_id: id };
    }
    case "key": {
      const names = await store.listNames(client, ["key"], ids);
      return (id) => ({ key_id: id || null, key_name: names.get(id) ?? null });
    }
    case "user": {
      const names = await store.listNames(client, ["user"], ids);
      return (id) => ({ user_id: id || null, user_email: names.get(id) ?? null });
    }
    case "team": {
      const names = await store.listNames(client, ["team"], ids);
      return (id) => ({ team_id: id || null, team_name: names.get(id) ?? null });
    }
  }
}

function sqlGroupingOf({ group_by }: SummaryQuery): SqlGrouping | null {
  return group_by === "provider" ? "model" : (group_by ?? null);
}

function namesKeys(query: SummaryQuery, grouping: SqlGrouping | null): boolean {
  return query.key_id !== undefined || grouping === "key";
}

function namesOwners(query: SummaryQuery, grouping: SqlGrouping | null): boolean {
  return namesKeys(query, grouping) || query.user_id !== undefined || grouping === "user";
}

/**
 * What a reach extends to, without a call twice: what is below its teams, which rollups of teams tell, and the person's own calls
 * elsewhere, which are few.
 */
function partsOf(reach: Reach, paths: readonly string[]): Omit<SumPart, "segments">[] {
  if (reach.kind === "all") return [{}];
  const led = new Set(reach.teamIds);
  const within = paths.filter((path) => path.split("/").some((id) => led.has(id)));
  return [
    ...(within.length > 0 ? [{ within }] : []),
    ...(reach.userId === null ? [] : [{ ownedBy: { userId: reach.userId, outside: within } }]),
  ];
}

/** What one report is summed with. */
interface Sums {
  of(
    intervals: readonly number[],
    grouping: SqlGrouping | null,
    more?: { groupIds: readonly string[] },
  ): Promise<SumRow[]>;
  /** The groups that cost most in the whole range. */
  leading(grouping: SqlGrouping, limit: number): Promise<string[]>;
}

/** Whose groups may be too many to be read one by one. Each call has one of each, so the others are what is left of the whole. */
const largeGroupings: ReadonlySet<SqlGrouping> = new Set(["key", "user", "team"]);

/** The groups with the highest cost in the whole range, interval by interval, and all others together. */
async function sumTop(sums: Sums, starts: readonly number[], grouping: SqlGrouping, top: number): Promise<SumRow[]> {
  const rows = await sums.of(starts, grouping, { groupIds: await sums.leading(grouping, top) });
  const taken = new Map(regroup(rows, () => otherGroup).map((row) => [row.interval, row]));
  const others = (await sums.of(starts, null)).flatMap((whole) => {
    const rest = { ...whole, group: otherGroup };
    for (const name of figureNames) rest[name] -= taken.get(whole.interval)?.[name] ?? 0n;
    return rest.requests > 0n ? [rest] : [];
  });
  return [...rows, ...others];
}

/** The same of rows that are all at hand. */
function foldOthers(rows: readonly SumRow[], top: number): SumRow[] {
  const totals = regroup(
    rows.map((row) => ({ ...row, interval: 0 })),
    (group) => group,
  );
  const leading = new Set(
    totals
      .sort(byTimeThenCost)
      .slice(0, top)
      .map(({ group }) => group),
  );
  return regroup(rows, (group) => (leading.has(group) ? group : otherGroup));
}

/** The figures within `reach`; exact to the nano-dollar whichever tables answer. */
function summarizeWithin(reach: Reach, nowMs: number, query: SummaryQuery): Promise<Summary> {
  const range = resolveRange(query, nowMs);
  const starts = intervalStarts(range, query.interval, query.timezone);
  const isByTag = query.group_by === "tag";
  return inReport(getPool(), async (client) => {
    const models = await store.listModels(client);
    const filter = filterOf(query, models);
    const isByTeam = reach.kind === "some" || query.team_id !== undefined || query.group_by === "team";
    const paths = isByTeam ? await listPaths(client, range) : [];
    const reached = partsOf(reach, paths);
    const partsFor = (intervals: readonly number[], grouping: SqlGrouping | null, ofCost = false): SumPart[] => {
      const byTag = grouping === "tag";
      const hasTag = query.tag !== undefined;
      const isOfOne = query.key_id !== undefined || query.user_id !== undefined;
      return reached.map((part) => {
        const ofOwners = part.ownedBy !== undefined || namesOwners(query, grouping);
        const ofUsersAlone = !namesKeys(query, grouping) && grouping !== "model" && filter.modelIds === undefined;
        const detail = { ofOwners, ofUsersAlone, ofTags: byTag || hasTag, ofEvents: byTag && hasTag, ofCost };
        // The events of one key or person are found by it, sooner than by the hours between two midnights.
        const plan = isOfOne || part.ownedBy ? planSegments : planIntervals;
        return { ...part, segments: plan(range, intervals, detail, nowMs) };
      });
    };
    const sums: Sums = {
      of: async (intervals, grouping, more) => {
        const parts = partsFor(intervals, grouping);
        if (parts.length === 0) return [];
        return sumUsage(client, { parts, paths, starts: intervals, grouping, filter, limit: rowLimit, ...more });
      },
      leading: async (grouping, limit) => {
        const parts = partsFor([range.fromMs], grouping, filter.modelIds === undefined);
        return parts.length === 0 ? [] : findLeading(client, { parts, paths, grouping, filter, limit });
      },
    };

    const providerOf = new Map(models.map((row) => [row.model_id, row.provider_id]));
    const grouping = sqlGroupingOf(query);
    const isLarge = grouping !== null && largeGroupings.has(grouping);
    const found =
      query.top !== undefined && isLarge
        ? await sumTop(sums, starts, grouping, query.top)
        : await sums.of(starts, grouping);
    refuseTooMany(found);
    const named = query.group_by === "provider" ? regroup(found, (id) => providerOf.get(id) ?? "") : found;
    const rows = query.top !== undefined && !isLarge ? foldOthers(named, query.top) : named;
    const labels = await readLabels(client, query, rows, models);
    // A call with two tags stands in two rows, but happened once.
    const once = isByTag ? await sums.of([range.fromMs], null) : found;
    return {
      from: new Date(range.fromMs),
      to: new Date(range.toMs),
      data: [...rows].sort(byTimeThenCost).map(({ interval, group, ...figures }) => ({
        time: new Date(starts[interval] ?? range.fromMs),
        ...(group === otherGroup ? { other: true } : labels(group)),
        ...presentFigures(figures),
      })),
      totals: presentFigures(sumFigures(once)),
    };
  });
}

function byTimeThenCost(a: SumRow, b: SumRow): number {
  if (a.interval !== b.interval) return a.interval - b.interval;
  if (a.cost_nano !== b.cost_nano) return a.cost_nano > b.cost_nano ? -1 : 1;
  return a.group < b.group ? -1 : 1;
}

/** Figures per interval and group, of everything that the caller may see. */
export async function summarize(ctx: Context, query: SummaryQuery): Promise<Summary> {
  return summarizeWithin(requireReach(ctx, "usage.read"), ctx.clock.now(), query);
}

/** The same of the caller's own calls alone: the person's, or, where a key has no owner, the key's. */
export async function summarizeOwn(ctx: Context, query: SummaryQuery): Promise<Summary> {
  requireReach(ctx, "me.read");
  const { authority } = ctx.principal;
  if (authority.userId === null && ctx.principal.kind === "key")
    return summarizeWithin({ kind: "all" }, ctx.clock.now(), { ...query, key_id: ctx.principal.id });
  return summarizeWithin({ kind: "some", userId: authority.userId, teamIds: [] }, ctx.clock.now(), query);
}
