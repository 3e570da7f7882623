import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { budgetParams, listPeriodsQuery, periodPage } from "@/lib/budgets/schema";
import { listPeriods } from "@/lib/budgets/service";

export const GET = route({
  method: "GET",
  summary: "List a budget's periods, newest first",
  permission: "budgets.read",
  params: budgetParams,
  query: listPeriodsQuery,
  output: periodPage,
  handler: (ctx, { params, query }) => listPeriods(ctx, params.id, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
