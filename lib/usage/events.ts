/** Single calls: lists of them, one by one, all of them as a file. Part of the usage domain's service; routes call this. */
import { pagesOf } from "@/lib/api/export";
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { type Context, requireReach } from "@/lib/context";
import { getPool, inReport } from "@/lib/db/pool";
import { notFound } from "@/lib/errors";
import { formatUsd } from "@/lib/money";
import { filterOf } from "./filter";
import { type ExportEventsQuery, eventSorts, type ListEventsQuery } from "./schema";
import * as store from "./store";
import type { UsageFilter } from "./store-filter";

export type PresentedEvent = Omit<store.EventRow, "estimate_nano" | "cost_nano"> & {
  estimate_usd: string;
  cost_usd: string;
  key_name: string | null;
  user_email: string | null;
  team_name: string | null;
};

type Owned = Pick<store.EventRow, "key_id" | "user_id" | "team_id">;
type OwnerNames = Pick<PresentedEvent, "key_name" | "user_email" | "team_name">;

/** The rows with what their keys, people and teams are called now. */
export async function nameOwners<Row extends Owned>(rows: readonly Row[]): Promise<(Row & OwnerNames)[]> {
  const mentioned = rows.flatMap(({ key_id, user_id, team_id }) => [key_id, user_id, team_id]);
  const ids = [...new Set(mentioned.filter((id) => id !== null))];
  const names = await store.listNames(getPool(), ["key", "user", "team"], ids);
  return rows.map((row) => ({
    ...row,
    key_name: names.get(row.key_id ?? "") ?? null,
    user_email: names.get(row.user_id ?? "") ?? null,
    team_name: names.get(row.team_id ?? "") ?? null,
  }));
}

async function presentEvents(rows: readonly store.EventRow[]): Promise<PresentedEvent[]> {
  return (await nameOwners(rows)).map(({ estimate_nano, cost_nano, ...row }) => ({
    ...row,
    estimate_usd: formatUsd(estimate_nano),
    cost_usd: formatUsd(cost_nano),
  }));
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

/** What `q` means: models by a part of their name, as they were last called, or one id to the letter. */
async function searchedFor(q: string | undefined): Promise<UsageFilter["q"]> {
  if (!q) return undefined;
  const part = q.toLowerCase();
  const found = (await store.listModels(getPool())).filter(({ model, provider }) =>
    `${provider}/${model}`.toLowerCase().includes(part),
  );
  return { modelIds: found.map((row) => row.model_id), id: q };
}

/** A page of events, newest first unless asked otherwise. */
export async function listEvents(ctx: Context, query: ListEventsQuery): Promise<Page<PresentedEvent>> {
  const reach = requireReach(ctx, "usage.read");
  const { order, after: position, take } = keyset(query, eventSorts);
  const after = position && { startedAt: position.value as Date, id: position.id };
  const filter = { ...(await eventFilterOf(query)), q: await searchedFor(query.q) };
  const rows = await inReport(getPool(), (client) =>
    store.listEvents(reach, client, filter, {
      ...spanOf(query),
      after,
      order: order === "desc" ? "newest" : "oldest",
      take,
    }),
  );
  const page = toPage(rows, query);
  return { ...page, data: await presentEvents(page.data) };
}

/** One event; 404 if it is missing or out of the caller's reach. */
export async function getEvent(ctx: Context, id: string): Promise<PresentedEvent> {
  const reach = requireReach(ctx, "usage.read");
  const row = await store.findEvent(reach, getPool(), id);
  if (!row) throw notFound();
  const [event] = await presentEvents([row]);
  return event ?? Promise.reject(notFound());
}

/** All events of a query, oldest first, page by page. Events are appended only, so the pages fit together. */
export async function exportEvents(ctx: Context, query: EventQuery): Promise<AsyncIterable<PresentedEvent[]>> {
  const reach = requireReach(ctx, "usage.read");
  const filter = await eventFilterOf(query);
  return pagesOf(async (last: PresentedEvent | null, take) => {
    const after = last && { startedAt: last.started_at, id: last.id };
    const page: store.EventPage = { ...spanOf(query), after, order: "oldest", take };
    return presentEvents(await inReport(getPool(), (client) => store.listEvents(reach, client, filter, page)));
  });
}
