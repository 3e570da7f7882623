/**
 * Alerts: one row per budget, period and threshold that spending crossed. The gateway's ledger writes them with the charge that
 * crossed it; this room shows them to whoever may see the budget.
 */
import { keyset, type Page, type PageQuery, toPage } from "@/lib/api/pagination";
import { findAlertBudgetIds } from "@/lib/budgets/service";
import type { Context } from "@/lib/context";
import type { Alert } from "@/lib/db/generated/client";
import { notFound } from "@/lib/errors";
import type { ListAlertsQuery, ListBudgetAlertsQuery } from "./schema";
import * as store from "./store";

async function listPage(ctx: Context, budgetIds: string[] | null, page: PageQuery): Promise<Page<Alert>> {
  return toPage(await store.listAlerts(budgetIds, ctx.db, keyset(page, {})), page);
}

/** Alerts of every budget within the caller's reach, newest first. */
export async function listAlerts(ctx: Context, { budget_id, ...page }: ListAlertsQuery): Promise<Page<Alert>> {
  const visible = await findAlertBudgetIds(ctx, budget_id);
  return listPage(ctx, visible ?? (budget_id ? [budget_id] : null), page);
}

/** Alerts of one budget; 404 where the caller may not see it. */
export async function listAlertsOfBudget(ctx: Context, id: string, page: ListBudgetAlertsQuery): Promise<Page<Alert>> {
  const visible = await findAlertBudgetIds(ctx, id);
  if (visible && !visible.includes(id)) throw notFound();
  if (!visible && !(await store.budgetExists(ctx.db, id))) throw notFound();
  return listPage(ctx, [id], page);
}
