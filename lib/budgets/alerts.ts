/**
 * Alerts: one row per budget, period and threshold that spending crossed. The gateway's ledger writes them with the charge that
 * crossed it; this shows them to whoever may see the budget. Part of the budgets domain's service.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import type { Context } from "@/lib/context";
import type { Alert } from "@/lib/db/generated/client";
import { notFound } from "@/lib/errors";
import { alertSorts, type ListAlertsQuery, type ListBudgetAlertsQuery } from "./schema";
import { requireBudgetReach } from "./scopes";
import * as store from "./store";

async function listPage(
  ctx: Context,
  budgetId: string | undefined,
  query: ListBudgetAlertsQuery,
): Promise<Page<Alert>> {
  const reach = requireBudgetReach(ctx, "alerts.read");
  const filter = { budgetId, q: query.q };
  return toPage(await store.listAlerts(reach, ctx.db, filter, keyset(query, alertSorts)), query);
}

/** Alerts of every budget within the caller's reach, newest first. */
export function listAlerts(ctx: Context, { budget_id, ...query }: ListAlertsQuery): Promise<Page<Alert>> {
  return listPage(ctx, budget_id, query);
}

/** Alerts of one budget; 404 where the caller may not see it. */
export async function listAlertsOfBudget(ctx: Context, id: string, query: ListBudgetAlertsQuery): Promise<Page<Alert>> {
  if (!(await store.findBudget(requireBudgetReach(ctx, "alerts.read"), ctx.db, id))) throw notFound();
  return listPage(ctx, id, query);
}
