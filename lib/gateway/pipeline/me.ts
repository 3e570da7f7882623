/** `GET /v1/me`: what the calling key may do, what it has left, and which budget binds. */
import type pg from "pg";
import { formatUsd } from "@/lib/money";
import { periodAt } from "@/lib/periods";
import type { BudgetRef } from "../directory/types";
import type { Caller } from "./caller";

interface AccountFigures {
  budget_id: string;
  limit_nano: bigint;
  hard: boolean;
  spent_nano: bigint | null;
  held_nano: bigint | null;
}

/** One budget of the chain as the caller sees it. */
function present(budget: BudgetRef, figures: AccountFigures, resetsAt: Date | null) {
  const spent = figures.spent_nano ?? 0n;
  const held = figures.held_nano ?? 0n;
  const free = figures.limit_nano - spent - held;
  return {
    id: budget.id,
    scope: { type: budget.scopeType, id: budget.scopeId, name: budget.scopeName },
    period: budget.period,
    timezone: budget.timezone,
    hard: figures.hard,
    limit_usd: formatUsd(figures.limit_nano),
    spent_usd: formatUsd(spent),
    held_usd: formatUsd(held),
    free_usd: formatUsd(free > 0n ? free : 0n),
    resets_at: resetsAt?.toISOString() ?? null,
    freeNano: free,
  };
}

async function readBudgets(pool: pg.Pool, budgets: readonly BudgetRef[], nowMs: number) {
  const periods = budgets.map((budget) => periodAt(budget.period, budget.timezone, nowMs));
  const { rows } = await pool.query<AccountFigures>(
    `SELECT b.id AS budget_id, b.limit_nano, b.hard, p.spent_nano, p.held_nano
     FROM unnest($1::text[], $2::timestamptz[]) AS w(budget_id, period_start)
     JOIN budgets b ON b.id = w.budget_id
     LEFT JOIN budget_periods p ON p.budget_id = w.budget_id AND p.period_start = w.period_start`,
    [budgets.map(({ id }) => id), periods.map(({ start }) => start)],
  );
  const byId = new Map(rows.map((row) => [row.budget_id, row]));
  return budgets.flatMap((budget, index) => {
    const figures = byId.get(budget.id);
    return figures ? [present(budget, figures, periods[index]?.end ?? null)] : [];
  });
}

/** The whole answer, ready to be written as JSON. */
export async function describeCaller(pool: pg.Pool, caller: Caller, nowMs: number): Promise<Record<string, unknown>> {
  const budgets = await readBudgets(pool, caller.budgets, nowMs);
  const binding = budgets
    .filter(({ hard }) => hard)
    .reduce<(typeof budgets)[number] | null>(
      (least, budget) => (least && least.freeNano <= budget.freeNano ? least : budget),
      null,
    );
  return {
    object: "key",
    id: caller.keyId,
    name: caller.keyName,
    user_id: caller.userId,
    team_id: caller.teamId,
    team_path: caller.teamPath,
    limits: caller.levels
      .filter(({ rpm, tpm, parallel }) => rpm !== null || tpm !== null || parallel !== null)
      .map(({ kind, id, name, rpm, tpm, parallel }) => ({
        level: { type: kind, id, name },
        rpm_limit: rpm,
        tpm_limit: tpm,
        parallel_limit: parallel,
      })),
    budgets: budgets.map(({ freeNano: _free, ...budget }) => budget),
    binding_budget_id: binding?.id ?? null,
    free_usd: binding?.free_usd ?? null,
    resets_at: binding?.resets_at ?? null,
  };
}
