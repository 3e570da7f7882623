/** How a budget is shown: its limit, what is temporary of it, and what its current period has spent. Part of the budgets domain's service. */
import { percentOf, projectExhaustion, remainingOf } from "@/lib/alerts/alert-data";
import type { Context } from "@/lib/context";
import type { PeriodKey } from "@/lib/db/budget-periods";
import type { Budget, BudgetIncrease } from "@/lib/db/generated/client";
import { formatUsd } from "@/lib/money";
import { type PeriodKind, periodAt } from "@/lib/periods";
import type { BudgetOutput, BudgetScope, IncreaseOutput, ScopeType } from "./schema";
import * as store from "./store";
import { listCounting } from "./store-increases";

export interface IncreaseView extends Omit<IncreaseOutput, "starts_at" | "ends_at" | "ended_at"> {
  starts_at: Date;
  ends_at: Date;
  ended_at: Date | null;
}

type Replaced = "current" | "increases" | "created_at" | "updated_at";
/** A budget as the wire shows it, its times not yet text. */
export interface BudgetView extends Omit<BudgetOutput, Replaced> {
  current: ReturnType<typeof presentCurrent>;
  increases: IncreaseView[];
  created_at: Date;
  updated_at: Date;
}

export function scopeOf(budget: Pick<Budget, "scope_type" | "scope_id">): BudgetScope {
  return { type: budget.scope_type as ScopeType, id: budget.scope_id };
}

export function currentPeriod(ctx: Context, budget: Budget): PeriodKey {
  const { start, end } = periodAt(budget.period as PeriodKind, budget.timezone, ctx.clock.now());
  const { scope_type, scope_id } = budget;
  return { budget_id: budget.id, scope_type, scope_id, period_start: start, period_end: end };
}

/** What the audit log keeps of a budget: its terms, money as on the wire. `increasedNano` is what of the limit is temporary. */
export function auditView(budget: Budget, increasedNano = 0n) {
  const { limit_nano, scope_type, scope_id, period, timezone, hard, thresholds } = budget;
  return { scope_type, scope_id, limit_usd: formatUsd(limit_nano - increasedNano), period, timezone, hard, thresholds };
}

function presentIncrease(increase: BudgetIncrease): IncreaseView {
  const { id, amount_nano, starts_at, ends_at, ended_at, request_id } = increase;
  return { id, amount_usd: formatUsd(amount_nano), starts_at, ends_at, ended_at, request_id };
}

function presentLimit(budget: Budget, increases: readonly BudgetIncrease[]) {
  const increasedNano = increases.reduce((sum, increase) => sum + increase.amount_nano, 0n);
  return {
    limit_usd: formatUsd(budget.limit_nano - increasedNano),
    effective_limit_usd: formatUsd(budget.limit_nano),
    increases: increases.map(presentIncrease),
  };
}

function presentCurrent(
  ctx: Context,
  budget: Budget,
  key: PeriodKey,
  account: Pick<store.Account, "spent_nano" | "held_nano">,
) {
  const { spent_nano, held_nano } = account;
  const period = { start: key.period_start, end: key.period_end };
  const percent = percentOf(spent_nano, budget.limit_nano);
  const projected_exhaustion_at = projectExhaustion(period, budget.limit_nano, spent_nano, ctx.clock.now());
  return {
    period_start: key.period_start,
    period_end: key.period_end,
    spent_usd: formatUsd(spent_nano),
    held_usd: formatUsd(held_nano),
    remaining_usd: formatUsd(remainingOf(budget.limit_nano, spent_nano, held_nano)),
    percent,
    projected_exhaustion_at,
    at_risk: percent >= Math.min(...budget.thresholds) || projected_exhaustion_at !== null,
  };
}

export async function presentBudgets(ctx: Context, budgets: readonly Budget[]): Promise<BudgetView[]> {
  const periods = budgets.map((budget) => currentPeriod(ctx, budget));
  const increases = await listCounting(
    ctx.db,
    budgets.map((budget) => budget.id),
  );
  const [accounts, names] = await Promise.all([
    store.readAccounts(ctx.db, periods),
    store.readScopeNames(ctx.db, budgets.map(scopeOf)),
  ]);
  return budgets.map((budget, index) => {
    const key = periods[index] ?? currentPeriod(ctx, budget);
    const scope = scopeOf(budget);
    return {
      id: budget.id,
      scope: { ...scope, name: names.get(`${scope.type} ${scope.id}`) ?? null },
      ...presentLimit(
        budget,
        increases.filter((increase) => increase.budget_id === budget.id),
      ),
      period: budget.period as PeriodKind,
      timezone: budget.timezone,
      hard: budget.hard,
      thresholds: budget.thresholds,
      current: presentCurrent(ctx, budget, key, accounts.get(budget.id) ?? { spent_nano: 0n, held_nano: 0n }),
      created_at: budget.created_at,
      updated_at: budget.updated_at,
      version: budget.version,
    };
  });
}
