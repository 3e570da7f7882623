import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { getBurnDown } from "@/lib/budgets/burn-down";
import { budgetParams, burnDownOutput, burnDownQuery } from "@/lib/budgets/schema";

export const GET = route({
  method: "GET",
  summary: "Read how a budget is used up over a period",
  description: "What was spent by when, the line of even spending, where it leads, and the alerts on the way.",
  permission: "budgets.read",
  params: budgetParams,
  query: burnDownQuery,
  output: burnDownOutput,
  handler: (ctx, { params, query }) => getBurnDown(ctx, params.id, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
