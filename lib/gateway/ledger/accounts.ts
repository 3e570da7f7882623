/** Budget accounts in SQL: ensured, locked in one order, changed in one statement. Only the ledger calls this. */
import type pg from "pg";
import { ensurePeriods } from "@/lib/db/budget-periods";
import { type Period, type PeriodKind, periodAt } from "@/lib/periods";
import type { BudgetRef } from "../directory/types";
import type { PeriodRef } from "./types";

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

export function accountKey(period: PeriodRef): string {
  return `${period.budgetId} ${period.periodStart.getTime()}`;
}

const maxKnown = 500_000;

/** Makes sure that the accounts of the current periods exist, asking the database only the first time. */
export class PeriodBook {
  readonly #known = new Set<string>();

  constructor(private readonly pool: pg.Pool) {}

  /** The account of each budget at `nowMs`; created, with what its scope already spent in that period, where missing. */
  async periodsOf(budgets: readonly BudgetRef[], nowMs: number): Promise<PeriodRef[]> {
    const current = budgets.map((budget) => ({ budget, period: periodAt(budget.period, budget.timezone, nowMs) }));
    const refs = current.map(({ budget, period }) => ({ budgetId: budget.id, periodStart: period.start }));
    const missing = current.filter((_entry, index) => !this.#known.has(accountKey(refs[index] as PeriodRef)));
    if (missing.length > 0) await this.#ensure(missing);
    return refs;
  }

  async #ensure(missing: readonly { budget: BudgetRef; period: Period }[]): Promise<void> {
    const rows = missing.map(({ budget, period }) => ({
      budget_id: budget.id,
      scope_type: budget.scopeType,
      scope_id: budget.scopeId,
      period_start: period.start,
      period_end: period.end,
    }));
    await ensurePeriods((text, values) => this.pool.query(text, [...values]), rows);
    if (this.#known.size > maxKnown) this.#known.clear();
    for (const { budget, period } of missing)
      this.#known.add(accountKey({ budgetId: budget.id, periodStart: period.start }));
  }
}

/**
 * Locks accounts, always in the same order (budget, period), so that no two transactions can wait for each other. A budget
 * that was deleted meanwhile is missing from the answer and binds no more.
 */
export async function lockAccounts(
  client: pg.ClientBase,
  periods: readonly PeriodRef[],
): Promise<Map<string, AccountRow>> {
  const wanted = new Map(periods.map((period) => [accountKey(period), period]));
  if (wanted.size === 0) return new Map();
  const refs = [...wanted.values()];
  const { rows } = await client.query<AccountRow>({
    name: "lock-accounts",
    text: `SELECT p.budget_id, p.period_start, p.period_end, p.spent_nano, p.held_nano,
                  b.limit_nano, b.hard, b.thresholds, b.scope_type, b.scope_id, b.period
           FROM unnest($1::text[], $2::timestamptz[]) AS w(budget_id, period_start)
           JOIN budget_periods p ON p.budget_id = w.budget_id AND p.period_start = w.period_start
           JOIN budgets b ON b.id = p.budget_id
           ORDER BY p.budget_id, p.period_start
           FOR UPDATE OF p`,
    values: [refs.map((ref) => ref.budgetId), refs.map((ref) => ref.periodStart)],
  });
  return new Map(rows.map((row) => [accountKey({ budgetId: row.budget_id, periodStart: row.period_start }), row]));
}

export interface AccountDelta {
  held: bigint;
  spent: bigint;
}

/** Adds deltas to accounts that `lockAccounts` has locked. */
export async function changeAccounts(
  client: pg.ClientBase,
  deltas: ReadonlyMap<AccountRow, AccountDelta>,
): Promise<void> {
  const changes = [...deltas].filter(([, { held, spent }]) => held !== 0n || spent !== 0n);
  if (changes.length === 0) return;
  await client.query({
    name: "change-accounts",
    text: `UPDATE budget_periods p SET held_nano = p.held_nano + d.held, spent_nano = p.spent_nano + d.spent
           FROM unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::bigint[]) AS d(budget_id, period_start, held, spent)
           WHERE p.budget_id = d.budget_id AND p.period_start = d.period_start`,
    values: [
      changes.map(([row]) => row.budget_id),
      changes.map(([row]) => row.period_start),
      changes.map(([, delta]) => delta.held),
      changes.map(([, delta]) => delta.spent),
    ],
  });
}
