/** From a threshold that is reached to an alert that comes once. Settling and reserving both find such; this announces them. */
import type pg from "pg";
import { buildAlertData, eventTypeOf } from "@/lib/alerts/alert-data";
import { newId } from "@/lib/ids";
import { toJson } from "@/lib/json";
import type { NanoUsd } from "@/lib/money";
import { dispatchJob } from "@/lib/outbox/schema";
import type { AccountRow } from "./accounts";

/** Thresholds that are known to have been announced, by `alertKey`; saves the database the question. */
export type Announced = Set<string>;

/** A threshold whose alert is due, with the figures that it tells. */
export interface ReachedThreshold {
  account: AccountRow;
  threshold: number;
  spentNano: NanoUsd;
  heldNano: NanoUsd;
}

export function alertKey(account: AccountRow, threshold: number): string {
  return `${account.budget_id} ${account.period_start.getTime()} ${threshold}`;
}

async function readScopeNames(client: pg.ClientBase, accounts: readonly AccountRow[]): Promise<Map<string, string>> {
  const ids = accounts.map(({ scope_id }) => scope_id.split("/").at(-1) ?? scope_id);
  const { rows } = await client.query<{ id: string; name: string }>(
    `SELECT id, name FROM teams WHERE id = ANY($1) UNION ALL SELECT id, name FROM keys WHERE id = ANY($1) UNION ALL SELECT id, email FROM users WHERE id = ANY($1)`,
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function describe(
  reached: ReachedThreshold,
  alertId: string,
  names: ReadonlyMap<string, string>,
  nowMs: number,
): Record<string, unknown> {
  const { account, threshold, spentNano, heldNano } = reached;
  const scopeId = account.scope_id;
  return buildAlertData({
    alertId,
    threshold,
    spentNano,
    heldNano,
    nowMs,
    budget: { id: account.budget_id, limitNano: account.limit_nano, period: account.period, hard: account.hard },
    period: { start: account.period_start, end: account.period_end },
    scope: { type: account.scope_type, id: scopeId, name: names.get(scopeId.split("/").at(-1) ?? scopeId) ?? null },
  });
}

async function insertAlerts(client: pg.ClientBase, reached: readonly ReachedThreshold[], nowMs: number): Promise<void> {
  const names = await readScopeNames(
    client,
    reached.map(({ account }) => account),
  );
  const alerts = reached.map((entry) => {
    const id = newId("alert", nowMs);
    return {
      ...entry,
      id,
      messageId: newId("message", nowMs),
      data: JSON.stringify(toJson(describe(entry, id, names, nowMs))),
    };
  });
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO alerts (id, budget_id, period_start, threshold, message_id, data, created_at)
     SELECT a.*, $7 FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::int[], $5::text[], $6::jsonb[]) AS a
     ON CONFLICT (budget_id, period_start, threshold) DO NOTHING RETURNING id`,
    [
      alerts.map(({ id }) => id),
      alerts.map(({ account }) => account.budget_id),
      alerts.map(({ account }) => account.period_start),
      alerts.map(({ threshold }) => threshold),
      alerts.map(({ messageId }) => messageId),
      alerts.map(({ data }) => data),
      new Date(nowMs),
    ],
  );
  const isNew = new Set(rows.map(({ id }) => id));
  const fresh = alerts.filter(({ id }) => isNew.has(id));
  if (fresh.length === 0) return;
  await client.query(
    `WITH added AS (
       INSERT INTO messages (id, type, data, created_at) SELECT m.*, $5 FROM unnest($1::text[], $2::text[], $3::jsonb[]) AS m(id, type, data) RETURNING id
     )
     INSERT INTO jobs (id, name, payload, run_at, created_at)
     SELECT j.id, $6, jsonb_build_object('message_id', j.message_id), $5, $5 FROM unnest($4::text[], $1::text[]) AS j(id, message_id)`,
    [
      fresh.map(({ messageId }) => messageId),
      fresh.map(({ threshold }) => eventTypeOf(threshold)),
      fresh.map(({ data }) => data),
      fresh.map(() => newId("job", nowMs)),
      new Date(nowMs),
      dispatchJob,
    ],
  );
}

/**
 * Inserts one alert per budget, period and threshold, with its message and the job that delivers it, in the caller's
 * transaction; an alert that is there already stays the only one. Answers the keys of what stands announced after commit.
 */
export async function announce(
  client: pg.ClientBase,
  reached: readonly ReachedThreshold[],
  nowMs: number,
): Promise<string[]> {
  if (reached.length > 0) await insertAlerts(client, reached, nowMs);
  return reached.map(({ account, threshold }) => alertKey(account, threshold));
}
