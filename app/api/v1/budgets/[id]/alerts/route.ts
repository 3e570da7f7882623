import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { listAlertsOfBudget } from "@/lib/budgets/alerts";
import { alertPage, budgetParams, listBudgetAlertsQuery } from "@/lib/budgets/schema";

export const GET = route({
  method: "GET",
  summary: "List a budget's alerts, newest first",
  permission: "alerts.read",
  params: budgetParams,
  query: listBudgetAlertsQuery,
  output: alertPage,
  handler: (ctx, { params, query }) => listAlertsOfBudget(ctx, params.id, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
