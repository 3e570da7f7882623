/**
 * Finds reservations whose process is gone and books them as `unknown` at their full estimate: the provider may have finished
 * the call, so it is never free, and the flag shows that the figure was not measured. Only the ledger calls this.
 */
import type pg from "pg";
import type { UsageEventRow } from "../meter/event";
import type { Booking } from "./book";
import type { PeriodRef, UsageDraft } from "./types";

type StoredDraft = {
  [Name in keyof UsageDraft]: UsageDraft[Name] extends Date | bigint ? string : UsageDraft[Name];
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
    latency_ms: Math.max(0, nowMs - startedAt.getTime()),
    first_token_ms: null,
    attempts: 0,
    budget_ids: periods.map(({ budgetId }) => budgetId),
    period_starts: periods.map(({ periodStart }) => periodStart),
  };
}

/**
 * Claims up to `limit` orphans: reservations of a process without a live lease, and any older than `maxAgeMs`, which no call
 * lives to be. Claimed rows are gone once the caller commits; several sweepers never claim the same one.
 */
export async function claimOrphans(
  client: pg.ClientBase,
  limit: number,
  maxAgeMs: number,
  nowMs: number,
): Promise<Booking[]> {
  const { rows } = await client.query<OrphanRow>(
    `DELETE FROM reservations WHERE id IN (
       SELECT r.id FROM reservations r
       WHERE NOT EXISTS (SELECT 1 FROM gateway_processes p WHERE p.id = r.process_id AND p.lease_until > now())
          OR r.created_at < now() - $2 * interval '1 millisecond'
       ORDER BY r.id LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id, estimate_nano, draft`,
    [limit, maxAgeMs],
  );
  return rows.map((row) => {
    const periods = row.draft.periods.map(([budgetId, periodStart]) => ({
      budgetId,
      periodStart: new Date(periodStart),
    }));
    return { estimateNano: row.estimate_nano, periods, event: toUnknownEvent(row, periods, nowMs) };
  });
}
