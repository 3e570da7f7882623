/**
 * The ledger on Postgres: the oracle for any faster one. Reservations and settlements are each gathered into batches
 * and written as one transaction, so that a hot organisation's row is locked once per batch, not once per call.
 */
import type pg from "pg";
import type { Clock } from "@/lib/clock";
import { log } from "@/lib/log";
import type { UsageEventRow } from "../meter/event";
import { PeriodBook } from "./accounts";
import { alertKey, announce } from "./announce";
import { Batcher } from "./batcher";
import { type Booking, bookCalls } from "./book";
import { ProcessLease } from "./lease";
import { type PlacedRequest, reserveBatch } from "./reserve";
import { claimOrphans } from "./sweep";
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

interface Settlement extends Booking {
  id: string;
}

const maxBatch = 500;
const sweepBatchSize = 200;
const maxRetryDelayMs = 2_000;
const maxAnnounced = 100_000;

/** Runs `work` in one transaction; a connection that failed in the middle is thrown away, not reused. */
async function inTransaction<T>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    client.release();
    return result;
  } catch (error) {
    const isUsable = await client.query("ROLLBACK").then(
      () => true,
      () => false,
    );
    client.release(!isUsable);
    throw error;
  }
}

/** Whether the fault lies with the data itself, so that trying again cannot help (SQLSTATE classes 22, 23, 42). */
function isDataFault(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^(22|23|42)/.test(code) && code.length === 5;
}

export class PostgresLedger implements Ledger {
  readonly #book: PeriodBook;
  readonly #lease: ProcessLease;
  readonly #reservations: Batcher<PlacedRequest, ReserveResult>;
  readonly #settlements: Batcher<Settlement, undefined>;
  #announced = new Set<string>();
  #sweepTimer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #isClosed = false;

  private constructor(private readonly options: PostgresLedgerOptions) {
    this.#book = new PeriodBook(options.pool);
    this.#lease = new ProcessLease(options.pool, options.processId, options.leaseMs);
    this.#reservations = new Batcher({ write: (batch) => this.#writeReservations(batch), maxItems: maxBatch });
    this.#settlements = new Batcher({ write: (batch) => this.#writeUntilDone(batch), maxItems: maxBatch });
  }

  /** A ledger that has its lease and sweeps what dead processes left. */
  static async open(options: PostgresLedgerOptions): Promise<PostgresLedger> {
    const ledger = new PostgresLedger(options);
    await ledger.#lease.ensure();
    ledger.#lease.start();
    ledger.#sweepTimer = setInterval(() => void ledger.sweep(), options.leaseMs / 2);
    return ledger;
  }

  async reserve(request: ReserveRequest): Promise<ReserveResult> {
    const periods = await this.#book.periodsOf(request.budgets, this.options.clock.now());
    return this.#reservations.add({ ...request, periods });
  }

  settle(hold: Hold, event: UsageEventRow): Promise<void> {
    return this.#settlements.add({
      id: hold.draft.id,
      estimateNano: hold.draft.estimate_nano,
      periods: hold.periods,
      event,
    });
  }

  /** Settlements that wait to be written. */
  get backlog(): number {
    return this.#settlements.depth;
  }

  /** Books what dead processes left behind; runs by itself, and at once when called. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweepAll()
      .catch((error) => log.warn({ err: error }, "the sweep for lost calls failed and will run again"))
      .finally(() => {
        this.#sweeping = undefined;
      });
    return this.#sweeping;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sweepTimer);
    await this.#reservations.drain();
    await this.#settlements.drain();
    await this.#sweeping;
    await this.#lease.end();
  }

  async #writeReservations(batch: readonly PlacedRequest[]): Promise<ReserveResult[]> {
    try {
      await this.#lease.ensure();
      const { results, announced } = await inTransaction(this.options.pool, async (client) => {
        const reserved = await reserveBatch(client, this.options.processId, batch);
        const due = reserved.exhausted.filter(
          ({ account, threshold }) => !this.#announced.has(alertKey(account, threshold)),
        );
        return { results: reserved.results, announced: await announce(client, due, this.options.clock.now()) };
      });
      this.#remember(announced);
      return results;
    } catch (error) {
      // The commit may have happened although its answer was lost. Whatever was held is given back once the database answers.
      for (const { draft, periods } of batch) void this.#release(draft.id, draft.estimate_nano, periods);
      throw error;
    }
  }

  #remember(announced: readonly string[]): void {
    if (this.#announced.size > maxAnnounced) this.#announced = new Set();
    for (const key of announced) this.#announced.add(key);
  }

  #release(id: string, estimateNano: bigint, periods: PlacedRequest["periods"]): Promise<void> {
    return this.#settlements.add({ id, estimateNano, periods, event: null }).catch(() => undefined);
  }

  async #writeUntilDone(batch: readonly Settlement[]): Promise<undefined[]> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#writeSettlements(batch);
        return [];
      } catch (error) {
        if (isDataFault(error)) return this.#writeSeparately(batch, error);
        if (this.#isClosed && attempt >= 5) throw error;
        log.warn({ err: error, calls: batch.length, attempt }, "settling failed and is tried again");
        await new Promise((resolve) => setTimeout(resolve, Math.min(maxRetryDelayMs, 50 * 2 ** attempt)));
      }
    }
  }

  // One call that cannot be booked must not keep the others from it. It stays reserved and is swept as unknown.
  async #writeSeparately(batch: readonly Settlement[], cause: unknown): Promise<undefined[]> {
    if (batch.length === 1) {
      log.error({ err: cause, event_id: batch[0]?.id }, "a call could not be booked");
      throw cause;
    }
    const middle = Math.ceil(batch.length / 2);
    const halves = await Promise.allSettled([
      this.#writeUntilDone(batch.slice(0, middle)),
      this.#writeUntilDone(batch.slice(middle)),
    ]);
    if (halves.some(({ status }) => status === "rejected"))
      log.error({ calls: batch.length }, "a part of a batch could not be booked");
    return [];
  }

  async #writeSettlements(batch: readonly Settlement[]): Promise<void> {
    const announced = await inTransaction(this.options.pool, async (client) => {
      // Who deletes the reservation settles the call: nobody else can, now or after a crash.
      const { rows } = await client.query<{ id: string }>({
        name: "claim-reservations",
        text: "DELETE FROM reservations WHERE id = ANY($1::text[]) RETURNING id",
        values: [batch.map(({ id }) => id)],
      });
      const claimed = new Set(rows.map(({ id }) => id));
      return bookCalls(
        client,
        batch.filter(({ id }) => claimed.has(id)),
        this.#announced,
        this.options.clock.now(),
      );
    });
    this.#remember(announced);
  }

  async #sweepAll(): Promise<void> {
    const { pool, clock, maxCallMs } = this.options;
    await pool.query("DELETE FROM gateway_processes WHERE lease_until < now() - interval '1 hour'");
    let swept: number;
    do {
      swept = await inTransaction(pool, async (client) => {
        const orphans = await claimOrphans(client, sweepBatchSize, maxCallMs, clock.now());
        await bookCalls(client, orphans, new Set(), clock.now());
        return orphans.length;
      });
      if (swept > 0) log.warn({ calls: swept }, "booked calls whose process was lost");
    } while (swept === sweepBatchSize && !this.#isClosed);
  }
}
