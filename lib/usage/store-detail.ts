/** What belongs to one event beside its row: trace, price, names. And calls that were refused. Only lib/usage calls this. */
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

/** What keys, people, teams, credentials and budgets are called; who is gone is missing. */
export async function listNamesOf(client: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; name: string }>(
    `SELECT id, name FROM keys WHERE id = ANY($1::text[])
     UNION ALL SELECT id, email FROM users WHERE id = ANY($1::text[])
     UNION ALL SELECT id, name FROM teams WHERE id = ANY($1::text[])
     UNION ALL SELECT id, name FROM credentials WHERE id = ANY($1::text[])
     UNION ALL SELECT b.id, concat_ws(' ', b.period, 'budget of the', b.scope_type, COALESCE(k.name, u.email, t.name))
       FROM budgets b
       LEFT JOIN keys k ON b.scope_type = 'key' AND k.id = b.scope_id
       LEFT JOIN users u ON b.scope_type IN ('user', 'member') AND u.id = split_part(b.scope_id, '/', -1)
       LEFT JOIN teams t ON b.scope_type = 'team' AND t.id = b.scope_id
       WHERE b.id = ANY($1::text[])`,
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
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
