/**
 * Books finished calls: usage events, rollups, budgets, thresholds and their announcements, in the caller's transaction.
 * Settling and sweeping differ only in how they claim reservations; what follows is this.
 */
import type pg from "pg";
import { crossedThresholds } from "@/lib/alerts/alert-data";
import type { NanoUsd } from "@/lib/money";
import type { UsageEventRow } from "../meter/event";
import { recordUsage } from "../meter/write";
import { type AccountDelta, type AccountRow, accountKey, changeAccounts, lockAccounts } from "./accounts";
import { type Announced, alertKey, announce, type ReachedThreshold } from "./announce";
import type { PeriodRef } from "./types";

/** A claimed reservation with its outcome; `event` is null where the call was never sent and only its hold goes. */
export interface Booking {
  estimateNano: NanoUsd;
  periods: readonly PeriodRef[];
  event: UsageEventRow | null;
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
  return announce(client, findReached(deltas, announced), nowMs);
}
