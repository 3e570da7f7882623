/**
 * Thresholds of budgets: which an account has reached, and their announcement, once per budget, period and threshold whatever happens at
 * the same moment. Only the ledger calls this.
 */
import type pg from "pg";
import { buildAlertData, crossedThresholds, eventTypeOf } from "@/lib/alerts/alert-data";
import { newId } from "@/lib/ids";
import { toJson } from "@/lib/json";
import { dispatchJob } from "@/lib/outbox/schema";
import type { AccountRow } from "./accounts";

/** Thresholds that are known to have been announced, by `alertKey`; saves the database the question. */
export type Announced = ReadonlySet<string>;

export interface ReachedThreshold {
  /** As it stands in the transaction. */
  account: AccountRow;
  threshold: number;
}

/** Spent so far, in percent, a hard budget that refuses for lack of room counts as exhausted. */
const exhaustedPercent = 90n;

function alertKey({ account, threshold }: ReachedThreshold): string {
  return `${account.budget_id} ${account.period_start.getTime()} ${threshold}`;
}

/**
 * The thresholds at or under what is spent, whichever call carried it there: so lowering a limit below what is spent announces
 * too. That it happens once is the alert row's unique key.
 */
export function findReached(account: AccountRow): ReachedThreshold[] {
  return crossedThresholds(account.thresholds, account.limit_nano, -1n, account.spent_nano).map((threshold) => ({
    account,
    threshold,
  }));
}

/** The thresholds that a budget reaches by having no room left: docs/decisions/0008-exhausted-means-refusing.md. */
export function findExhausted(account: AccountRow): ReachedThreshold[] {
  if (account.spent_nano * 100n < account.limit_nano * exhaustedPercent) return [];
  return account.thresholds.filter((threshold) => threshold === 100).map((threshold) => ({ account, threshold }));
}

async function readScopeNames(client: pg.ClientBase, accounts: readonly AccountRow[]): Promise<Map<string, string>> {
  const ids = accounts.map(({ scope_id }) => scope_id.split("/").at(-1) ?? scope_id);
  const { rows } = await client.query<{ id: string; name: string }>(
    `SELECT id, name FROM teams WHERE id = ANY($1) UNION ALL SELECT id, name FROM keys WHERE id = ANY($1) UNION ALL SELECT id, email FROM users WHERE id = ANY($1)`,
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function describeAlert(
  reached: ReachedThreshold,
  alertId: string,
  names: ReadonlyMap<string, string>,
  nowMs: number,
): Record<string, unknown> {
  const { account, threshold } = reached;
  const scopeId = account.scope_id;
  return buildAlertData({
    alertId,
    threshold,
    spentNano: account.spent_nano,
    heldNano: account.held_nano,
    nowMs,
    budget: { id: account.budget_id, limitNano: account.limit_nano, period: account.period, hard: account.hard },
    period: { start: account.period_start, end: account.period_end },
    scope: { type: account.scope_type, id: scopeId, name: names.get(scopeId.split("/").at(-1) ?? scopeId) ?? null },
  });
}

// An alert's foreign key waits for whoever is deleting its budget, who waits for the account that is locked here. A budget that
// somebody is deleting has nothing to announce; should they not go through with it, the next call will announce.
async function keepStanding(client: pg.ClientBase, reached: readonly ReachedThreshold[]): Promise<ReachedThreshold[]> {
  const { rows } = await client.query<{ id: string }>(
    "SELECT id FROM budgets WHERE id = ANY($1) FOR KEY SHARE SKIP LOCKED",
    [reached.map(({ account }) => account.budget_id)],
  );
  const standing = new Set(rows.map(({ id }) => id));
  return reached.filter(({ account }) => standing.has(account.budget_id));
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
      data: JSON.stringify(toJson(describeAlert(entry, id, names, nowMs))),
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
 * Announces what is new among the reached thresholds of locked accounts: alert, message and delivery job, in the caller's
 * transaction. Answers what stands announced once that commits, for the caller to remember.
 */
export async function announce(
  client: pg.ClientBase,
  reached: readonly ReachedThreshold[],
  announced: Announced,
  nowMs: number,
): Promise<string[]> {
  const unknown = new Map(reached.map((entry) => [alertKey(entry), entry]));
  for (const key of unknown.keys()) if (announced.has(key)) unknown.delete(key);
  if (unknown.size === 0) return [];
  const standing = await keepStanding(client, [...unknown.values()]);
  if (standing.length > 0) await insertAlerts(client, standing, nowMs);
  return standing.map(alertKey);
}
