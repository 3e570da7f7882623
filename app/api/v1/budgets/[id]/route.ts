import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { budgetDetail, budgetOutput, budgetParams, updateBudgetInput } from "@/lib/budgets/schema";
import { deleteBudget, getBudget, updateBudget } from "@/lib/budgets/service";

export const GET = route({
  method: "GET",
  summary: "Read a budget",
  permission: "budgets.read",
  params: budgetParams,
  output: budgetDetail,
  handler: (ctx, { params }) => getBudget(ctx, params.id),
});

export const PATCH = route({
  method: "PATCH",
  summary: "Change a budget's limit, hardness or thresholds",
  permission: "budgets.write",
  params: budgetParams,
  body: updateBudgetInput,
  output: budgetOutput,
  handler: (ctx, { params, body, ifVersion }) => updateBudget(ctx, params.id, body, ifVersion),
});

export const DELETE = route({
  method: "DELETE",
  summary: "Delete a budget with its accounts, alerts, increases and requests",
  permission: "budgets.write",
  params: budgetParams,
  handler: (ctx, { params }) => deleteBudget(ctx, params.id),
});

export const { POST, PUT, OPTIONS } = otherMethods(GET, PATCH, DELETE);
