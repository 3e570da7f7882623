/**
 * Usage: what was called, by whom, at what cost. Reads what the gateway's meter has written and changes nothing. Routes, and
 * lib/me for a person's own figures, call this.
 */
import { pagesOf } from "@/lib/api/export";
import { decodeCursor, encodeCursor, type Page } from "@/lib/api/pagination";
import type { Reach } from "@/lib/authz/permissions";
import { type Context, requireReach } from "@/lib/context";
import { getPool, inReport } from "@/lib/db/pool";
import { notFound } from "@/lib/errors";
import { formatUsd } from "@/lib/money";
import { intervalStarts, planSegments, refuseTooMany, resolveRange, rowLimit } from "./range";
import type { ExportEventsQuery, ListEventsQuery, SummaryQuery } from "./schema";
import * as store from "./store";
import type { Queryable, UsageFilter } from "./store-filter";
import { type Figures, figureNames, type SqlGrouping, type SumRow, sumUsage } from "./store-summary";

type PresentedFigures = Record<Exclude<keyof Figures, "cost_nano">, number> & { cost_usd: string };

export type SummaryRow = PresentedFigures & { time: Date } & Partial<
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

type AskedFilter = Pick<SummaryQuery, "key_id" | "user_id" | "team_id" | "model" | "provider_id" | "tag">;

/** The models that a filter by name or provider means; undefined where it means any. */
function selectModels(models: readonly store.ModelName[], { model, provider_id }: AskedFilter): string[] | undefined {
  if (model === undefined && provider_id === undefined) return undefined;
  return models
    .filter((row) => model === undefined || [row.model, `${row.provider}/${row.model}`, row.model_id].includes(model))
    .filter((row) => provider_id === undefined || row.provider_id === provider_id)
    .map((row) => row.model_id);
}

function filterOf(query: AskedFilter, models: readonly store.ModelName[]): UsageFilter {
  const { key_id, user_id, team_id, tag } = query;
  return { key_id, user_id, team_id, tag, modelIds: selectModels(models, query) };
}

/** Adds up the rows of one interval whose groups have the same new name. */
function regroup(rows: readonly SumRow[], groupOf: (group: string) => string): SumRow[] {
  const sums = new Map<string, SumRow[]>();
  for (const row of rows) {
    const key = `${row.interval} ${groupOf(row.group)}`;
    sums.set(key, [...(sums.get(key) ?? []), row]);
  }
  return [...sums.values()].flatMap((same) => {
    const [first] = same;
    return first ? [{ interval: first.interval, group: groupOf(first.group), ...sumFigures(same) }] : [];
  });
}

type Labels = (group: string) => Partial<SummaryRow>;

async function readLabels(
  client: Queryable,
  query: SummaryQuery,
  rows: readonly SumRow[],
  models: readonly store.ModelName[],
): Promise<Labels> {
  const ids = [...new Set(rows.map((row) => row.group))];
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
      const names = await store.listNames(client, "key", ids);
      return (id) => ({ key_id: id || null, key_name: names.get(id) ?? null });
    }
    case "user": {
      const names = await store.listNames(client, "user", ids);
      return (id) => ({ user_id: id || null, user_email: names.get(id) ?? null });
    }
    case "team": {
      const names = await store.listNames(client, "team", ids);
      return (id) => ({ team_id: id || null, team_name: names.get(id) ?? null });
    }
  }
}

function sqlGroupingOf({ group_by }: SummaryQuery): SqlGrouping | null {
  return group_by === "provider" ? "model" : (group_by ?? null);
}

function needsOwners(reach: Reach, query: SummaryQuery): boolean {
  const isOwnOnly = reach.kind === "some" && reach.userId !== null;
  const isFiltered = query.key_id !== undefined || query.user_id !== undefined;
  return isOwnOnly || isFiltered || query.group_by === "key" || query.group_by === "user";
}

/** The figures within `reach`; exact to the nano-dollar whichever tables answer. */
function summarizeWithin(reach: Reach, nowMs: number, query: SummaryQuery): Promise<Summary> {
  const range = resolveRange(query, nowMs);
  const starts = intervalStarts(range, query.interval, query.timezone);
  const isByTag = query.group_by === "tag";
  const ofOwners = needsOwners(reach, query);
  return inReport(getPool(), async (client) => {
    const models = await store.listModels(client);
    const filter = filterOf(query, models);
    const sum = (intervals: readonly number[], grouping: SqlGrouping | null) => {
      const byTag = grouping === "tag";
      const hasTag = query.tag !== undefined;
      const detail = { ofOwners, ofTags: byTag || hasTag, ofEvents: byTag && hasTag };
      const segments = planSegments(range, intervals, detail, nowMs);
      return sumUsage(reach, client, { segments, starts: intervals, grouping, filter, limit: rowLimit });
    };

    const found = await sum(starts, sqlGroupingOf(query));
    refuseTooMany(found);
    const providerOf = new Map(models.map((row) => [row.model_id, row.provider_id]));
    const rows = query.group_by === "provider" ? regroup(found, (id) => providerOf.get(id) ?? "") : found;
    const labels = await readLabels(client, query, rows, models);
    // A call with two tags stands in two rows, but happened once.
    const once = isByTag ? await sum([range.fromMs], null) : found;
    return {
      from: new Date(range.fromMs),
      to: new Date(range.toMs),
      data: [...rows].sort(byTimeThenCost).map(({ interval, group, ...figures }) => ({
        time: new Date(starts[interval] ?? range.fromMs),
        ...labels(group),
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

export type PresentedEvent = Omit<store.EventRow, "estimate_nano" | "cost_nano"> & {
  estimate_usd: string;
  cost_usd: string;
};

function presentEvent({ estimate_nano, cost_nano, ...row }: store.EventRow): PresentedEvent {
  return { ...row, estimate_usd: formatUsd(estimate_nano), cost_usd: formatUsd(cost_nano) };
}

type EventQuery = Omit<ExportEventsQuery, "format">;

async function eventFilterOf(query: EventQuery): Promise<UsageFilter> {
  const isNamed = query.model !== undefined || query.provider_id !== undefined;
  const models = isNamed ? await store.listModels(getPool()) : [];
  return { ...filterOf(query, models), status: query.status };
}

function spanOf(query: EventQuery): Pick<store.EventPage, "fromMs" | "toMs"> {
  const read = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time));
  return { fromMs: read(query.from), toMs: read(query.to) };
}

// How the cursor names the order of the list.
const newestFirst = "-started_at";

/** A page of events, newest first. */
export async function listEvents(ctx: Context, query: ListEventsQuery): Promise<Page<PresentedEvent>> {
  const reach = requireReach(ctx, "usage.read");
  const position = query.cursor === undefined ? null : decodeCursor(query.cursor, newestFirst, "time");
  const after = position && { startedAt: position.value as Date, id: position.id };
  const filter = await eventFilterOf(query);
  const rows = await inReport(getPool(), (client) =>
    store.listEvents(reach, client, filter, { ...spanOf(query), after, order: "newest", take: query.limit + 1 }),
  );
  const data = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? data.at(-1) : undefined;
  const next_cursor = last ? encodeCursor(newestFirst, { value: last.started_at, id: last.id }) : null;
  return { data: data.map(presentEvent), next_cursor };
}

/** One event; 404 if it is missing or out of the caller's reach. */
export async function getEvent(ctx: Context, id: string): Promise<PresentedEvent> {
  const reach = requireReach(ctx, "usage.read");
  const row = await store.findEvent(reach, getPool(), id);
  if (!row) throw notFound();
  return presentEvent(row);
}

/** All events of a query, oldest first, page by page. Events are appended only, so the pages fit together. */
export async function exportEvents(ctx: Context, query: EventQuery): Promise<AsyncIterable<PresentedEvent[]>> {
  const reach = requireReach(ctx, "usage.read");
  const filter = await eventFilterOf(query);
  return pagesOf(async (last: PresentedEvent | null, take) => {
    const after = last && { startedAt: last.started_at, id: last.id };
    const page: store.EventPage = { ...spanOf(query), after, order: "oldest", take };
    return (await inReport(getPool(), (client) => store.listEvents(reach, client, filter, page))).map(presentEvent);
  });
}
