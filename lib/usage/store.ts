/** Rows of usage events, and the names of what they point at. Only lib/usage calls this; reach stands in every where clause. */
import type { Reach } from "@/lib/authz/permissions";
import type { UsageEvent } from "@/lib/db/generated/client";
import type { CallStatus, CostSource } from "./schema";
import { conditionsOf, Parameters, type Queryable, type UsageFilter } from "./store-filter";

export type EventRow = Omit<UsageEvent, "status" | "cost_source"> & { status: CallStatus; cost_source: CostSource };

export interface EventPosition {
  startedAt: Date;
  id: string;
}

export interface EventPage {
  fromMs?: number | undefined;
  toMs?: number | undefined;
  /** Continue after this event. */
  after: EventPosition | null;
  order: "newest" | "oldest";
  take: number;
}

/** Events in the order of their start, those of the same instant by id. */
export async function listEvents(
  reach: Reach,
  client: Queryable,
  filter: UsageFilter,
  page: EventPage,
): Promise<EventRow[]> {
  const parameters = new Parameters();
  const conditions = conditionsOf("events", reach, filter, parameters);
  const at = (ms: number) => parameters.add(new Date(ms), "timestamptz");
  if (page.fromMs !== undefined) conditions.push(`started_at >= ${at(page.fromMs)}`);
  if (page.toMs !== undefined) conditions.push(`started_at < ${at(page.toMs)}`);
  const [beyond, direction] = page.order === "newest" ? ["<", "DESC"] : [">", "ASC"];
  if (page.after)
    conditions.push(
      `(started_at, id) ${beyond} (${at(page.after.startedAt.getTime())}, ${parameters.add(page.after.id, "text")})`,
    );
  const text = `SELECT * FROM usage_events WHERE ${conditions.join(" AND ") || "true"}
    ORDER BY started_at ${direction}, id ${direction} LIMIT ${parameters.add(page.take, "int")}`;
  return (await client.query<EventRow>(text, parameters.values)).rows;
}

export async function findEvent(reach: Reach, client: Queryable, id: string): Promise<EventRow | null> {
  const parameters = new Parameters();
  const conditions = [`id = ${parameters.add(id, "text")}`, ...conditionsOf("events", reach, {}, parameters)];
  const text = `SELECT * FROM usage_events WHERE ${conditions.join(" AND ")}`;
  return (await client.query<EventRow>(text, parameters.values)).rows[0] ?? null;
}

export interface ModelName {
  model_id: string;
  model: string;
  provider_id: string;
  provider: string;
}

/** Every model that was ever called. */
export async function listModels(client: Queryable): Promise<ModelName[]> {
  return (await client.query<ModelName>("SELECT model_id, model, provider_id, provider FROM usage_models")).rows;
}

const nameTexts = {
  key: "SELECT id, name FROM keys WHERE id = ANY($1::text[])",
  user: "SELECT id, email AS name FROM users WHERE id = ANY($1::text[])",
  team: "SELECT id, name FROM teams WHERE id = ANY($1::text[])",
  credential: "SELECT id, name FROM credentials WHERE id = ANY($1::text[])",
  budget: `SELECT b.id, concat_ws(' ', b.period, 'budget of the', b.scope_type, COALESCE(k.name, u.email, t.name)) AS name
    FROM budgets b
    LEFT JOIN keys k ON b.scope_type = 'key' AND k.id = b.scope_id
    LEFT JOIN users u ON b.scope_type IN ('user', 'member') AND u.id = split_part(b.scope_id, '/', -1)
    LEFT JOIN teams t ON b.scope_type = 'team' AND t.id = b.scope_id
    WHERE b.id = ANY($1::text[])`,
} as const;
export type NameKind = keyof typeof nameTexts;

/** What things of these kinds are called, and the e-mail of people; who is gone is missing. */
export async function listNames(
  client: Queryable,
  kinds: readonly NameKind[],
  ids: readonly string[],
): Promise<Map<string, string>> {
  const text = kinds.map((kind) => nameTexts[kind]).join(" UNION ALL ");
  const { rows } = await client.query<{ id: string; name: string }>(text, [ids]);
  return new Map(rows.map(({ id, name }) => [id, name]));
}
