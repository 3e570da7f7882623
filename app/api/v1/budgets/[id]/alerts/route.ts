import { route } from "@/lib/api/route";
import { listAlertsOfBudget } from "@/lib/budgets/alerts";
import { alertPage, budgetParams, listAccountsQuery } from "@/lib/budgets/schema";

export const GET = route({
  method: "GET",
  summary: "List a budget's alerts, newest first",
  permission: "alerts.read",
  params: budgetParams,
  query: listAccountsQuery,
  output: alertPage,
  handler: (ctx, { params, query }) => listAlertsOfBudget(ctx, params.id, query),
});
