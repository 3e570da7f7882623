/** What belongs to one event beside its row: trace and price. And calls that were refused. Only lib/usage calls this. */
import type { Reach } from "@/lib/authz/permissions";
import type { ModelPrice, Refusal } from "@/lib/db/generated/client";
import type { CallTrace } from "./schema";
import { conditionsOf, Parameters, type Queryable, type UsageFilter } from "./store-filter";

export interface TraceRow {
  trace: CallTrace;
  recorded_at: Date;
}

export async function findTrace(client: Queryable, eventId: string): Promise<TraceRow | null> {
  const text = "SELECT trace, recorded_at FROM usage_traces WHERE event_id = $1";
  return (await client.query<TraceRow>(text, [eventId])).rows[0] ?? null;
}

export async function findPrice(client: Queryable, id: string): Promise<ModelPrice | null> {
  return (await client.query<ModelPrice>("SELECT * FROM model_prices WHERE id = $1", [id])).rows[0] ?? null;
}

export type RefusalRow = Omit<Refusal, "details"> & { details: Record<string, unknown> | null };

export interface RefusalPage {
  fromMs?: number | undefined;
  toMs?: number | undefined;
  errorCode?: string | undefined;
  /** Continue after this row. */
  after: { lastAt: Date; id: string } | null;
  take: number;
}

/** Refused calls, those that happened last first. */
export async function listRefusals(
  reach: Reach,
  client: Queryable,
  filter: UsageFilter,
  page: RefusalPage,
): Promise<RefusalRow[]> {
  const parameters = new Parameters();
  const conditions = conditionsOf("events", reach, filter, parameters);
  const at = (ms: number) => parameters.add(new Date(ms), "timestamptz");
  if (page.fromMs !== undefined) conditions.push(`last_at >= ${at(page.fromMs)}`);
  if (page.toMs !== undefined) conditions.push(`last_at < ${at(page.toMs)}`);
  if (page.errorCode !== undefined) conditions.push(`error_code = ${parameters.add(page.errorCode, "text")}`);
  if (page.after)
    conditions.push(`(last_at, id) < (${at(page.after.lastAt.getTime())}, ${parameters.add(page.after.id, "text")})`);
  const text = `SELECT * FROM refusals WHERE ${conditions.join(" AND ") || "true"}
    ORDER BY last_at DESC, id DESC LIMIT ${parameters.add(page.take, "int")}`;
  return (await client.query<RefusalRow>(text, parameters.values)).rows;
}
