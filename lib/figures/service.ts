/**
 * The figures of people, teams and keys: this month's spend from lib/usage and the binding budget from lib/budgets, for one page of a
 * list, and the orders by them. Holds no rows. The domains of those things call this.
 */
import type { Presentable } from "@/lib/api/route";
import type { ScopeType } from "@/lib/budgets/schema";
import { type Binding, type Bound, findBinding, rankByBudget } from "@/lib/budgets/standing";
import type { Context } from "@/lib/context";
import type { Ranking } from "@/lib/db/page-sql";
import { formatUsd } from "@/lib/money";
import { rankBySpend, readSpend, type Spender, spendSince } from "@/lib/usage/spend";
import type { Figures } from "./schema";

function presentBinding(budget: Binding | undefined): Presentable<Figures["budget"]> {
  if (!budget) return null;
  return {
    id: budget.id,
    scope: { type: budget.scope_type as ScopeType, id: budget.scope_id, name: budget.scope_name },
    period: budget.period,
    limit_usd: formatUsd(budget.limit_nano),
    spent_usd: formatUsd(budget.spent_nano),
    held_usd: formatUsd(budget.held_nano),
    remaining_usd: formatUsd(budget.left_nano),
    percent: Number(budget.share) / 100,
    resets_at: budget.ends_ms === null ? null : new Date(Number(budget.ends_ms)),
  };
}

/** The figures of each by id. */
async function readFigures(
  ctx: Context,
  kind: Spender,
  bound: readonly Bound[],
): Promise<Map<string, Presentable<Figures>>> {
  const ids = bound.map((one) => one.id);
  const [spends, budgets] = await Promise.all([readSpend(ctx, kind, ids), findBinding(ctx, kind, bound)]);
  const since = spendSince(ctx);
  return new Map(
    ids.map((id) => {
      const spend = spends.get(id);
      const figures = {
        since,
        spend_usd: spend ? formatUsd(spend.spendNano) : null,
        requests: spend ? Number(spend.requests) : null,
        requests_24h: spend ? Number(spend.requests24h) : null,
        budget: presentBinding(budgets.get(id)),
      };
      return [id, figures];
    }),
  );
}

export type Figured<T> = T & { figures?: Presentable<Figures> };

/** Rows with their figures. */
export async function addFigures<T extends { id: string }>(
  ctx: Context,
  kind: Spender,
  rows: readonly T[],
  bound: readonly Bound[],
): Promise<Figured<T>[]> {
  const figures = await readFigures(ctx, kind, bound);
  return rows.map((row) => {
    const found = figures.get(row.id);
    return found ? { ...row, figures: found } : row;
  });
}

/**
 * The order that a `sort` by figures means; undefined for any other. Figures move while pages are turned: a page holds what lies beyond
 * the last row of the one before as the figures are when it is read.
 */
export async function rankBy(ctx: Context, kind: Spender, sort: string | undefined): Promise<Ranking | undefined> {
  const field = sort?.replace(/^-/, "");
  if (field === "spend") return rankBySpend(ctx, kind);
  return field === "budget_percent" ? rankByBudget(ctx, kind) : undefined;
}
