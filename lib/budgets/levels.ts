/**
 * What a call is charged to, level by level, and what of it a caller is shown. Part of the budgets domain's service; the domains whose things
 * calls belong to find the scopes.
 */
import { reachOf } from "@/lib/authz/permissions";
import type { Context } from "@/lib/context";
import { type BudgetView, presentBudgets } from "./present";
import type { BudgetScope } from "./schema";
import { requireBudgetReach } from "./scopes";
import * as store from "./store";

export interface Level {
  scope: BudgetScope & { name: string | null };
  budgets: BudgetView[];
}

/**
 * Those of these scopes, all over one call, that the caller may know of. Teams that are hidden otherwise are among them, as whoever inherits a
 * limit may know it; a person is told to that person, and to whoever sees all budgets.
 */
export function withoutHidden(ctx: Context, scopes: readonly BudgetScope[]): BudgetScope[] {
  const { authority } = ctx.principal;
  const seesAll = reachOf({ ...authority, scopes: null }, "budgets.read")?.kind === "all";
  return scopes.filter(({ type, id }) => type !== "user" || seesAll || id === authority.userId);
}

/** The scopes of one call, which the caller has found to be within their reach, in this order, each with its budgets. */
export async function listLevels(ctx: Context, scopes: readonly BudgetScope[]): Promise<Level[]> {
  requireBudgetReach(ctx, "budgets.read");
  const shown = withoutHidden(ctx, scopes);
  const [rows, names] = [await store.listBudgetsOn(ctx.db, shown), await store.readScopeNames(ctx.db, shown)];
  const budgets = await presentBudgets(ctx, rows);
  return shown.map(({ type, id }) => ({
    scope: { type, id, name: names.get(`${type} ${id}`) ?? null },
    budgets: budgets.filter(({ scope }) => scope.type === type && scope.id === id),
  }));
}
