/** A ledger without a gateway around it, and the calls that go through it. Tests and benchmarks only. */
import type pg from "pg";
import { type Clock, systemClock } from "@/lib/clock";
import type { Db } from "@/lib/db/client";
import type { BudgetRef } from "@/lib/gateway/directory/types";
import { PostgresLedger } from "@/lib/gateway/ledger/postgres";
import type { Hold, ReserveResult, UsageDraft } from "@/lib/gateway/ledger/types";
import type { UsageEventRow } from "@/lib/gateway/meter/event";
import { newId } from "@/lib/ids";
import type { PeriodKind } from "@/lib/periods";

export interface LedgerOptions {
  clock?: Clock;
  processId?: string;
  leaseMs?: number;
  maxCallMs?: number;
}

export function openLedger(pool: pg.Pool, options: LedgerOptions = {}): Promise<PostgresLedger> {
  return PostgresLedger.open({
    pool,
    clock: systemClock,
    processId: newId("process"),
    leaseMs: 60_000,
    maxCallMs: 600_000,
    ...options,
  });
}

/** A call that is about to be sent. */
export function makeDraft(fields: Partial<UsageDraft> & { estimate_nano: bigint }): UsageDraft {
  return {
    id: newId("event"),
    request_id: newId("request"),
    started_at: new Date(),
    key_id: null,
    user_id: null,
    team_id: fields.team_path?.at(-1) ?? null,
    team_path: [],
    endpoint: "chat",
    model: "m",
    model_id: "model_m",
    provider: "p",
    provider_id: "prov_p",
    is_stream: false,
    price_id: null,
    tags: [],
    client: null,
    ...fields,
  };
}

/** The event of a held call that went well and came to `costNano`. */
export function makeOutcome(hold: Hold, costNano: bigint, fields: Partial<UsageEventRow> = {}): UsageEventRow {
  return {
    ...hold.draft,
    finished_at: new Date(hold.draft.started_at.getTime() + 1),
    credential_id: null,
    status: "ok",
    http_status: 200,
    error_code: null,
    prompt_tokens: 1,
    cached_tokens: 0,
    cache_write_tokens: 0,
    completion_tokens: 1,
    reasoning_tokens: 0,
    cost_nano: costNano,
    cost_source: "usage",
    latency_ms: 1,
    first_token_ms: null,
    attempts: 1,
    budget_ids: hold.periods.map(({ budgetId }) => budgetId),
    period_starts: hold.periods.map(({ startText }) => startText),
    trace: null,
    ...fields,
  };
}

/** The hold of a reservation that must have been admitted. */
export function holdOf(result: ReserveResult): Hold {
  if (result.ok) return result.hold;
  throw new Error(`the call was refused: ${result.refusal.code} by ${result.refusal.budget.id}`);
}

export interface BudgetFields {
  period?: PeriodKind;
  timezone?: string;
  hard?: boolean;
  thresholds?: number[];
}

/** A budget's row and what the directory knows of it. The scope need not exist. */
export async function makeBudgetRef(
  db: Db,
  scope: { type: string; id: string },
  limitNano: bigint,
  fields: BudgetFields = {},
): Promise<BudgetRef> {
  const { period = "total", timezone = "UTC", hard = true, thresholds = [] } = fields;
  const id = newId("budget");
  await db.budget.create({
    data: {
      id,
      scope_type: scope.type,
      scope_id: scope.id,
      limit_nano: limitNano,
      period,
      timezone,
      hard,
      thresholds,
    },
  });
  return { id, scopeType: scope.type, scopeId: scope.id, scopeName: scope.id, period, timezone };
}
