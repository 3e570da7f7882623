import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { budgetPage, listMyBudgetsQuery } from "@/lib/budgets/schema";
import { listMyBudgets } from "@/lib/me/service";

export const GET = route({
  method: "GET",
  summary: "List every budget that your calls may be charged to",
  permission: "budgets.read",
  query: listMyBudgetsQuery,
  output: budgetPage,
  handler: (ctx, { query }) => listMyBudgets(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
