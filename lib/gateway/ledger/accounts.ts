/** Budget accounts in SQL: ensured, locked in one order, charged in one statement. Only the ledger calls this. */
import type pg from "pg";
import { ensurePeriods } from "@/lib/db/budget-periods";
import { type Period, type PeriodKind, periodAt } from "@/lib/periods";
import type { BudgetRef } from "../directory/types";
import type { PeriodRef, ReserveRequest } from "./types";

/** An account as locked; bigint nano-USD. */
export interface AccountRow {
  budget_id: string;
  period_start: Date;
  period_end: Date | null;
  limit_nano: bigint;
  hard: boolean;
  thresholds: number[];
  scope_type: string;
  scope_id: string;
  period: PeriodKind;
  spent_nano: bigint;
  held_nano: bigint;
}

const accountColumns = `p.budget_id, p.period_start, p.period_end, p.spent_nano, p.held_nano,
  b.limit_nano, b.hard, b.thresholds, b.scope_type, b.scope_id, b.period`;

function keyOf(budgetId: string, periodStart: Date): string {
  return `${budgetId} ${periodStart.getTime()}`;
}

export function periodRef(budgetId: string, periodStart: Date): PeriodRef {
  return { budgetId, periodStart, startText: periodStart.toISOString(), key: keyOf(budgetId, periodStart) };
}

/** The `key` of an account's PeriodRef. */
export function accountKeyOf({ budget_id, period_start }: AccountRow): string {
  return keyOf(budget_id, period_start);
}

const maxKnown = 500_000;
/** A sum over all that a large scope spent in a year may take long, and whoever waits for it cannot do without it. */
const openingTimeoutMs = 120_000;
const foreignKeyViolation = "23503";

/** pg takes a timeout with a single query, which its types do not tell. */
function openingQuery(text: string, values: unknown[]): pg.QueryConfig & { query_timeout: number } {
  return { text, values, query_timeout: openingTimeoutMs };
}

interface CurrentPeriod {
  period: Period;
  ref: PeriodRef;
}

/** Makes sure that the accounts of periods exist, asking the database only the first time. */
export class PeriodBook {
  readonly #known = new Set<string>();
  readonly #gone = new Set<string>();
  /** The account that each budget's last call was charged to. */
  readonly #current = new Map<string, CurrentPeriod>();

  constructor(private readonly pool: pg.Pool) {}

  /** The account of each budget at `atMs`; created, with what its scope already spent in that period, where missing. */
  async periodsOf(budgets: readonly BudgetRef[], atMs: number): Promise<PeriodRef[]> {
    const current = budgets.map((budget) => this.#currentOf(budget, atMs));
    const isMissing = current.some(({ ref }) => !this.#known.has(ref.key));
    if (isMissing)
      await this.#ensure(budgets.map((budget, index) => ({ budget, ...(current[index] as CurrentPeriod) })));
    return current.map(({ ref }) => ref);
  }

  /** Makes accounts anew that were made and are missing. Those of budgets that are gone stay so, and `isGone` tells them. */
  async restore(missing: readonly PeriodRef[], requests: readonly ReserveRequest[]): Promise<void> {
    for (const { key } of missing) this.#known.delete(key);
    for (const { budgets, draft } of requests) await this.periodsOf(budgets, draft.started_at.getTime());
    const ids = missing.map(({ budgetId }) => budgetId);
    const { rows } = await this.pool.query<{ id: string }>("SELECT id FROM budgets WHERE id = ANY($1)", [ids]);
    const standing = new Set(rows.map(({ id }) => id));
    for (const id of ids) if (!standing.has(id)) this.#gone.add(id);
  }

  /** Whether an account is missing because its budget was deleted; it binds no more. */
  isGone(period: PeriodRef): boolean {
    return this.#gone.has(period.budgetId);
  }

  #currentOf(budget: BudgetRef, atMs: number): CurrentPeriod {
    const period = periodAt(budget.period, budget.timezone, atMs);
    const known = this.#current.get(budget.id);
    if (known?.period === period) return known;
    const fresh = { period, ref: periodRef(budget.id, period.start) };
    if (this.#current.size > maxKnown) this.#current.clear();
    this.#current.set(budget.id, fresh);
    return fresh;
  }

  async #ensure(wanted: readonly (CurrentPeriod & { budget: BudgetRef })[]): Promise<void> {
    const missing = wanted.filter(({ ref }) => !this.#known.has(ref.key));
    const rows = missing.map(({ budget, period }) => ({
      budget_id: budget.id,
      scope_type: budget.scopeType,
      scope_id: budget.scopeId,
      period_start: period.start,
      period_end: period.end,
    }));
    const ensure = () => ensurePeriods((text, values) => this.pool.query(openingQuery(text, values)), rows);
    await ensure().catch((error: { code?: unknown }) => {
      // A budget was deleted while its account was being made; now it is gone, and passed over.
      if (error.code === foreignKeyViolation) return ensure();
      throw error;
    });
    if (this.#known.size > maxKnown) this.#known.clear();
    for (const { ref } of missing) this.#known.add(ref.key);
  }
}

/**
 * Locks accounts, always in the same order (budget, period), so that no two transactions can wait for each other. What is
 * missing from the answer does not exist.
 */
export async function lockAccounts(
  client: pg.ClientBase,
  refs: readonly PeriodRef[],
): Promise<Map<string, AccountRow>> {
  if (refs.length === 0) return new Map();
  const { rows } = await client.query<AccountRow>({
    name: "lock-accounts",
    text: `SELECT ${accountColumns}
           FROM unnest($1::text[], $2::timestamptz[]) AS w(budget_id, period_start)
           JOIN budget_periods p ON p.budget_id = w.budget_id AND p.period_start = w.period_start
           JOIN budgets b ON b.id = p.budget_id
           ORDER BY p.budget_id, p.period_start
           FOR UPDATE OF p`,
    values: [refs.map((ref) => ref.budgetId), refs.map((ref) => ref.startText)],
  });
  return new Map(rows.map((row) => [accountKeyOf(row), row]));
}

export interface AccountDelta {
  period: PeriodRef;
  held: bigint;
  spent: bigint;
}

/**
 * Adds deltas (one per account) to accounts, locking them in the order of `lockAccounts`, and answers them as they are then. A
 * budget that was deleted meanwhile is missing from the answer.
 */
export async function chargeAccounts(client: pg.ClientBase, deltas: readonly AccountDelta[]): Promise<AccountRow[]> {
  if (deltas.length === 0) return [];
  const { rows } = await client.query<AccountRow>({
    name: "charge-accounts",
    text: `WITH deltas AS (
             SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::bigint[]) AS d(budget_id, period_start, held, spent)
           ), locked AS MATERIALIZED (
             SELECT p.budget_id, p.period_start, d.held, d.spent FROM deltas d JOIN budget_periods p USING (budget_id, period_start)
             ORDER BY p.budget_id, p.period_start FOR UPDATE OF p
           )
           UPDATE budget_periods p SET held_nano = p.held_nano + d.held, spent_nano = p.spent_nano + d.spent
           FROM locked d JOIN budgets b ON b.id = d.budget_id
           WHERE p.budget_id = d.budget_id AND p.period_start = d.period_start
           RETURNING ${accountColumns}`,
    values: [
      deltas.map(({ period }) => period.budgetId),
      deltas.map(({ period }) => period.startText),
      deltas.map(({ held }) => held),
      deltas.map(({ spent }) => spent),
    ],
  });
  return rows;
}
