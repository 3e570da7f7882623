/**
 * The ledger on Postgres: the oracle for any faster one. Reservations and settlements are each gathered into batches
 * and written as one transaction, so that a hot organisation's row is locked once per batch, not once per call.
 */
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { Clock } from "@/lib/clock";
import { log } from "@/lib/log";
import type { UsageEventRow } from "../meter/event";
import { lockAccounts, PeriodBook } from "./accounts";
import { Batcher } from "./batcher";
import { type Booking, bookCalls } from "./book";
import { ProcessLease } from "./lease";
import {
  AccountsMissingError,
  accountsOf,
  LeaseLostError,
  type PlacedRequest,
  reserveBatch,
  type WrittenBatch,
} from "./reserve";
import { Sweeper } from "./sweep";
import { inLockingTransaction, inTransaction, isConflict, isDataFault } from "./transaction";
import type { Hold, Ledger, ReserveRequest, ReserveResult } from "./types";

export interface PostgresLedgerOptions {
  pool: pg.Pool;
  clock: Clock;
  processId: string;
  /** How long after its last sign of life a process counts as dead. */
  leaseMs: number;
  /** No call lives longer; an older reservation is swept even if its process lives. */
  maxCallMs: number;
}

const maxBatch = 500;
const maxRetryDelayMs = 2_000;
const maxReserveAttempts = 3;
/** How long a call that finds its budgets taken up waits for those that have ended here and are being booked. */
const maxSettlingWaitMs = 1_000;
const maxAttemptsOnceClosed = 5;
const maxAnnounced = 100_000;

function retryDelayMs(attempt: number): number {
  return Math.min(maxRetryDelayMs, 50 * 2 ** attempt);
}

export class PostgresLedger implements Ledger {
  readonly #book: PeriodBook;
  readonly #lease: ProcessLease;
  readonly #sweeper: Sweeper;
  readonly #reservations: Batcher<PlacedRequest, ReserveResult>;
  readonly #settlements: Batcher<Booking, undefined>;
  readonly #announced = new Set<string>();
  readonly #doubts = new Set<Promise<void>>();
  #sweepTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(private readonly options: PostgresLedgerOptions) {
    this.#book = new PeriodBook(options.pool);
    this.#lease = new ProcessLease(options.pool, options.processId, options.leaseMs);
    this.#sweeper = new Sweeper(options);
    const batching = { maxItems: maxBatch, isItemFault: isDataFault };
    this.#reservations = new Batcher({ ...batching, write: (batch) => this.#writeReservations(batch) });
    this.#settlements = new Batcher({ ...batching, write: (batch) => this.#writeSettlements(batch) });
  }

  /** A ledger that has its lease and sweeps what dead processes left. */
  static async open(options: PostgresLedgerOptions): Promise<PostgresLedger> {
    const ledger = new PostgresLedger(options);
    await ledger.#lease.renew();
    ledger.#lease.start();
    ledger.#sweepTimer = setInterval(() => void ledger.sweep(), options.leaseMs / 2);
    return ledger;
  }

  async reserve(request: ReserveRequest): Promise<ReserveResult> {
    const periods = await this.#book.periodsOf(request.budgets, request.draft.started_at.getTime());
    const placed = { ...request, periods };
    const earlier = this.#settlements.newest;
    const result = await this.#reservations.add(placed);
    // Calls that have ended hold nothing in their callers' eyes: once they are booked there may be room. They may be by now.
    const settling = this.#settlements.newest ?? earlier;
    if (result.ok || result.refusal.code !== "budget_busy" || !settling) return result;
    await Promise.race([settling.catch(() => undefined), delay(maxSettlingWaitMs, undefined, { ref: false })]);
    return this.#reservations.add(placed);
  }

  settle(hold: Hold, event: UsageEventRow): Promise<void> {
    const { id, estimate_nano: estimateNano } = hold.draft;
    return this.#settlements.add({ id, estimateNano, periods: hold.periods, event });
  }

  /** Settlements that wait to be written. */
  get backlog(): number {
    return this.#settlements.depth;
  }

  /** Books what dead processes left behind, unless this process may only seem to be the last alive. Runs by itself. Never rejects. */
  async sweep(): Promise<void> {
    if (this.#lease.isSteady) await this.#sweeper.run();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sweepTimer);
    await this.#reservations.drain();
    await Promise.all(this.#doubts);
    await this.#settlements.drain();
    await this.#sweeper.stop();
    await this.#lease
      .end()
      .catch((error) => log.warn({ err: error }, "the lease could not be given back and will run out"));
  }

  #remember(announced: readonly string[]): void {
    if (this.#announced.size > maxAnnounced) this.#announced.clear();
    for (const key of announced) this.#announced.add(key);
  }

  async #writeReservations(batch: readonly PlacedRequest[]): Promise<readonly ReserveResult[]> {
    await this.#lease.ensure();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#reserveOnce(batch);
      } catch (error) {
        if (attempt === maxReserveAttempts) throw error;
        if (error instanceof LeaseLostError) await this.#lease.renew();
        else if (error instanceof AccountsMissingError) await this.#book.restore(error.periods, batch);
        else if (!isConflict(error)) throw error;
      }
    }
  }

  async #reserveOnce(batch: readonly PlacedRequest[]): Promise<readonly ReserveResult[]> {
    const { pool, processId, clock } = this.options;
    const wanted = accountsOf(batch);
    const isGone = this.#book.isGone.bind(this.#book);
    let written: WrittenBatch | undefined;
    try {
      const { results, announced } = await inLockingTransaction(
        pool,
        (client) => lockAccounts(client, wanted),
        async (client, locked) => {
          const context = { wanted, locked, isGone, announced: this.#announced, nowMs: clock.now() };
          written = await reserveBatch(client, processId, batch, context);
          return written;
        },
      );
      this.#remember(announced);
      return results;
    } catch (error) {
      if (written?.xid) this.#undoOnceKnown(written.xid, written.results);
      throw error;
    }
  }

  // The connection was lost while it committed, and the commit may yet go through. Whatever is held by then is given back.
  #undoOnceKnown(xid: string, results: readonly ReserveResult[]): void {
    const doubt = this.#waitUntilOver(xid)
      .then(() => Promise.all(results.map((result) => (result.ok ? this.#release(result.hold) : undefined))))
      .then(() => undefined)
      .catch((error) => log.error({ err: error }, "holds in doubt could not be released and will be swept"))
      .finally(() => this.#doubts.delete(doubt));
    this.#doubts.add(doubt);
  }

  #release({ draft, periods }: Hold): Promise<void> {
    return this.#settlements.add({ id: draft.id, estimateNano: draft.estimate_nano, periods, event: null });
  }

  async #waitUntilOver(xid: string): Promise<void> {
    for (let attempt = 0; !this.#isClosed || attempt < maxAttemptsOnceClosed; attempt++) {
      const status = await this.options.pool
        .query<{ status: string | null }>("SELECT pg_xact_status($1::text::xid8) AS status", [xid])
        .then(({ rows }) => rows[0]?.status ?? "forgotten")
        // A number that the server has not reached yet: it has come back without the transaction.
        .catch((error) => (isDataFault(error) ? "unknown" : "in progress"));
      if (status !== "in progress") return;
      await delay(retryDelayMs(attempt));
    }
  }

  async #writeSettlements(batch: readonly Booking[]): Promise<undefined[]> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#settleOnce(batch);
      } catch (error) {
        if (isDataFault(error) || (this.#isClosed && attempt >= maxAttemptsOnceClosed)) throw error;
        log.warn({ err: error, calls: batch.length, attempt }, "settling failed and is tried again");
        await delay(retryDelayMs(attempt));
      }
    }
  }

  async #settleOnce(batch: readonly Booking[]): Promise<undefined[]> {
    const { pool, clock } = this.options;
    const announced = await inTransaction(pool, async (client) => {
      // Who deletes the reservation settles the call: nobody else can, now or after a crash.
      const { rows } = await client.query<{ id: string }>({
        name: "claim-reservations",
        text: "DELETE FROM reservations WHERE id = ANY($1::text[]) RETURNING id",
        values: [batch.map(({ id }) => id)],
      });
      const claimed = new Set(rows.map(({ id }) => id));
      const bookings = batch.filter(({ id }) => claimed.has(id));
      return bookCalls(client, bookings, this.#announced, clock.now());
    });
    this.#remember(announced);
    return batch.map(() => undefined);
  }
}
