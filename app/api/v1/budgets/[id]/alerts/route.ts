import { listBudgetAlertsQuery } from "@/lib/alerts/schema";
import { listAlertsOfBudget } from "@/lib/alerts/service";
import { route } from "@/lib/api/route";
import { alertPage, budgetParams } from "@/lib/budgets/schema";

export const GET = route({
  method: "GET",
  summary: "List a budget's alerts, newest first",
  permission: "alerts.read",
  params: budgetParams,
  query: listBudgetAlertsQuery,
  output: alertPage,
  handler: (ctx, { params, query }) => listAlertsOfBudget(ctx, params.id, query),
});
