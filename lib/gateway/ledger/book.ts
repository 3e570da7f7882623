/**
 * Books finished calls: usage events, rollups, budgets, thresholds and their announcements, in the caller's transaction.
 * Settling and sweeping differ only in how they claim reservations; what follows is this.
 */
import type pg from "pg";
import type { NanoUsd } from "@/lib/money";
import type { UsageEventRow } from "../meter/event";
import { recordUsage } from "../meter/write";
import { type AccountDelta, accountKeyOf, chargeAccounts } from "./accounts";
import { type Announced, announce, findReached } from "./announce";
import type { PeriodRef } from "./types";

/** A claimed reservation with its outcome; `event` is null where the call was never sent and only its hold goes. */
export interface Booking {
  id: string;
  estimateNano: NanoUsd;
  periods: readonly PeriodRef[];
  event: UsageEventRow | null;
}

function sumDeltas(bookings: readonly Booking[]): Map<string, AccountDelta> {
  const deltas = new Map<string, AccountDelta>();
  for (const { periods, estimateNano, event } of bookings) {
    for (const period of periods) {
      let delta = deltas.get(period.key);
      if (!delta) {
        delta = { period, held: 0n, spent: 0n };
        deltas.set(period.key, delta);
      }
      delta.held -= estimateNano;
      if (event) delta.spent += event.cost_nano;
    }
  }
  return deltas;
}

/**
 * Books claimed calls. Answers what stands announced once the transaction commits, for the caller to remember. Budgets are
 * locked last, so that the rows everyone shares are held for the shortest time.
 */
export async function bookCalls(
  client: pg.ClientBase,
  bookings: readonly Booking[],
  announced: Announced,
  nowMs: number,
): Promise<string[]> {
  const deltas = sumDeltas(bookings);
  const events = bookings.flatMap(({ event }) => event ?? []);
  // Both are sent at once; the database does one after the other.
  const [, accounts] = await Promise.all([recordUsage(client, events), chargeAccounts(client, [...deltas.values()])]);
  const spent = accounts.filter((account) => deltas.get(accountKeyOf(account))?.spent);
  return announce(client, spent.flatMap(findReached), announced, nowMs);
}
