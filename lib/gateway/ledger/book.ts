/**
 * Books finished calls: usage events, rollups, budgets, thresholds and their announcements, in the caller's transaction.
 * Settling and sweeping differ only in how they claim reservations; what follows is this.
 */
import type pg from "pg";
import { buildAlertData, crossedThresholds, eventTypeOf } from "@/lib/alerts/alert-data";
import { newId } from "@/lib/ids";
import { toJson } from "@/lib/json";
import type { NanoUsd } from "@/lib/money";
import { dispatchJob } from "@/lib/outbox/schema";
import type { UsageEventRow } from "../meter/event";
import { recordUsage } from "../meter/write";
import { type AccountDelta, type AccountRow, accountKey, changeAccounts, lockAccounts } from "./accounts";
import type { PeriodRef } from "./types";

/** A claimed reservation with its outcome; `event` is null where the call was never sent and only its hold goes. */
export interface Booking {
  estimateNano: NanoUsd;
  periods: readonly PeriodRef[];
  event: UsageEventRow | null;
}

/** Thresholds that are known to have been announced, by `alertKey`; saves the database the question. */
export type Announced = Set<string>;

interface ReachedThreshold {
  account: AccountRow;
  threshold: number;
  spentNano: NanoUsd;
  heldNano: NanoUsd;
}

function alertKey(account: AccountRow, threshold: number): string {
  return `${account.budget_id} ${account.period_start.getTime()} ${threshold}`;
}

async function chargeAccounts(
  client: pg.ClientBase,
  bookings: readonly Booking[],
): Promise<Map<AccountRow, AccountDelta>> {
  const accounts = await lockAccounts(
    client,
    bookings.flatMap(({ periods }) => periods),
  );
  const deltas = new Map<AccountRow, AccountDelta>();
  for (const { periods, estimateNano, event } of bookings) {
    for (const period of periods) {
      const account = accounts.get(accountKey(period));
      if (!account) continue;
      const delta = deltas.get(account) ?? { held: 0n, spent: 0n };
      deltas.set(account, { held: delta.held - estimateNano, spent: delta.spent + (event?.cost_nano ?? 0n) });
    }
  }
  await changeAccounts(client, deltas);
  return deltas;
}

// A threshold is reached whenever spend stands at or over it, not only at the call that carried it there: so lowering a limit
// below what is spent announces too. That it happens once is the alert row's unique key.
function findReached(deltas: ReadonlyMap<AccountRow, AccountDelta>, announced: Announced): ReachedThreshold[] {
  return [...deltas].flatMap(([account, delta]) => {
    const spentNano = account.spent_nano + delta.spent;
    if (delta.spent === 0n) return [];
    return crossedThresholds(account.thresholds, account.limit_nano, -1n, spentNano)
      .filter((threshold) => !announced.has(alertKey(account, threshold)))
      .map((threshold) => ({ account, threshold, spentNano, heldNano: account.held_nano + delta.held }));
  });
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

async function announce(client: pg.ClientBase, reached: readonly ReachedThreshold[], nowMs: number): Promise<void> {
  if (reached.length === 0) return;
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
 * Books claimed calls. Answers the keys of the thresholds that stand announced once the transaction commits, for the
 * caller to remember. Budgets are locked last, so that the rows everyone shares are held for the shortest time.
 */
export async function bookCalls(
  client: pg.ClientBase,
  bookings: readonly Booking[],
  announced: Announced,
  nowMs: number,
): Promise<string[]> {
  const events = bookings.flatMap(({ event }) => event ?? []);
  await recordUsage(client, events);
  const deltas = await chargeAccounts(client, bookings);
  const reached = findReached(deltas, announced);
  await announce(client, reached, nowMs);
  return reached.map(({ account, threshold }) => alertKey(account, threshold));
}
