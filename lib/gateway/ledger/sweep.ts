/**
 * Finds reservations whose process is gone and books them as `unknown` at their full estimate: the provider may have finished
 * the call, so it is never free, and the flag shows that the figure was not measured. Only the ledger calls this.
 */
import type pg from "pg";
import type { Clock } from "@/lib/clock";
import { log } from "@/lib/log";
import type { UsageEventRow } from "../meter/event";
import { periodRef } from "./accounts";
import { type Booking, bookCalls } from "./book";
import { inTransaction, isDataFault } from "./transaction";
import type { PeriodRef, UsageDraft } from "./types";

export interface SweeperOptions {
  pool: pg.Pool;
  clock: Clock;
  /** No call lives longer; an older reservation is swept even if its process lives. */
  maxCallMs: number;
}

const batchSize = 200;
/** The largest value of the column; the server may have been down for longer than its 24 days. */
const maxLatencyMs = 2_147_483_647;

type StoredDraft = {
  [Name in Exclude<keyof UsageDraft, "estimate_nano">]: UsageDraft[Name] extends Date | bigint
    ? string
    : UsageDraft[Name];
} & {
  periods: [budgetId: string, periodStart: string][];
};

interface OrphanRow {
  id: string;
  estimate_nano: bigint;
  draft: StoredDraft;
}

function toUnknownEvent(
  { estimate_nano, draft }: OrphanRow,
  periods: readonly PeriodRef[],
  nowMs: number,
): UsageEventRow {
  const { periods: _periods, ...rest } = draft;
  const startedAt = new Date(draft.started_at);
  return {
    ...rest,
    started_at: startedAt,
    finished_at: new Date(nowMs),
    credential_id: null,
    status: "unknown",
    http_status: null,
    error_code: "process_lost",
    prompt_tokens: 0,
    cached_tokens: 0,
    cache_write_tokens: 0,
    completion_tokens: 0,
    reasoning_tokens: 0,
    estimate_nano,
    cost_nano: estimate_nano,
    cost_source: "hold",
    latency_ms: Math.min(Math.max(0, nowMs - startedAt.getTime()), maxLatencyMs),
    first_token_ms: null,
    attempts: 0,
    budget_ids: periods.map(({ budgetId }) => budgetId),
    period_starts: periods.map(({ startText }) => startText),
    trace: null,
  };
}

/**
 * Claims up to `limit` orphans: reservations of a process without a live lease, and any older than `maxCallMs`, except those of
 * `setAside`. Claimed rows are gone once the caller commits; several sweepers never claim the same one.
 */
async function claimOrphans(
  client: pg.ClientBase,
  limit: number,
  maxCallMs: number,
  setAside: Iterable<string>,
  nowMs: number,
): Promise<Booking[]> {
  const { rows } = await client.query<OrphanRow>(
    `DELETE FROM reservations WHERE id IN (
       SELECT r.id FROM reservations r
       WHERE (NOT EXISTS (SELECT 1 FROM gateway_processes p WHERE p.id = r.process_id AND p.lease_until > now())
          OR r.created_at < now() - $2 * interval '1 millisecond') AND r.id <> ALL($3::text[])
       ORDER BY r.id LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id, estimate_nano, draft`,
    [limit, maxCallMs, [...setAside]],
  );
  return rows.map((row) => {
    const periods = row.draft.periods.map(([budgetId, periodStart]) => periodRef(budgetId, new Date(periodStart)));
    return { id: row.id, estimateNano: row.estimate_nano, periods, event: toUnknownEvent(row, periods, nowMs) };
  });
}

export class Sweeper {
  /** Orphans that cannot be booked: reported once, and not in the way of the others. */
  readonly #setAside = new Set<string>();
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(private readonly options: SweeperOptions) {}

  /** Books all orphans; a run that is under way is shared. Never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#sweepAll()
      .catch((error) => log.warn({ err: error }, "the sweep for lost calls failed and will run again"))
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #sweepAll(): Promise<void> {
    await this.options.pool.query("DELETE FROM gateway_processes WHERE lease_until < now() - interval '1 hour'");
    let swept: number;
    do {
      swept = await this.#sweepSome(batchSize);
      if (swept > 0) log.warn({ calls: swept }, "booked calls whose process was lost");
    } while (swept === batchSize && !this.#isStopped);
  }

  // An orphan that cannot be booked must not keep the others from it: they are claimed one by one, and that one is set aside.
  async #sweepSome(limit: number): Promise<number> {
    const { pool, clock, maxCallMs } = this.options;
    let claimed: Booking[] = [];
    try {
      await inTransaction(pool, async (client) => {
        claimed = await claimOrphans(client, limit, maxCallMs, this.#setAside, clock.now());
        await bookCalls(client, claimed, new Set(), clock.now());
      });
      return claimed.length;
    } catch (error) {
      const [first, ...others] = claimed;
      if (!first || !isDataFault(error)) throw error;
      if (others.length === 0) {
        this.#setAside.add(first.id);
        log.error({ err: error, event_id: first.id }, "a lost call cannot be booked and stays held");
        return 0;
      }
      let swept = 0;
      for (const _each of claimed) swept += await this.#sweepSome(1);
      return swept;
    }
  }
}
