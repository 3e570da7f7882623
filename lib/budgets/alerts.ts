/**
 * Alerts: one row per budget, period and threshold that spending crossed. The gateway's ledger writes them with the charge that
 * crossed it; this shows them to whoever may see the budget. Part of the budgets domain's service.
 */
import { keyset, type Page, type PageQuery, toPage } from "@/lib/api/pagination";
import type { Context } from "@/lib/context";
import type { Alert } from "@/lib/db/generated/client";
import { notFound } from "@/lib/errors";
import type { ListAccountsQuery, ListAlertsQuery } from "./schema";
import { requireBudgetReach } from "./scopes";
import * as store from "./store";

async function listPage(ctx: Context, budgetId: string | undefined, page: PageQuery): Promise<Page<Alert>> {
  const reach = requireBudgetReach(ctx, "alerts.read");
  return toPage(await store.listAlerts(reach, ctx.db, budgetId, keyset(page, {})), page);
}

/** Alerts of every budget within the caller's reach, newest first. */
export function listAlerts(ctx: Context, { budget_id, ...page }: ListAlertsQuery): Promise<Page<Alert>> {
  return listPage(ctx, budget_id, page);
}

/** Alerts of one budget; 404 where the caller may not see it. */
export async function listAlertsOfBudget(ctx: Context, id: string, page: ListAccountsQuery): Promise<Page<Alert>> {
  if (!(await store.findBudget(requireBudgetReach(ctx, "alerts.read"), ctx.db, id))) throw notFound();
  return listPage(ctx, id, page);
}
