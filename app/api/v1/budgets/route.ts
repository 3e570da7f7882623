import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { budgetOutput, budgetPage, createBudgetInput, listBudgetsQuery } from "@/lib/budgets/schema";
import { createBudget, listBudgets } from "@/lib/budgets/service";

export const GET = route({
  method: "GET",
  summary: "List budgets",
  permission: "budgets.read",
  query: listBudgetsQuery,
  output: budgetPage,
  handler: (ctx, { query }) => listBudgets(ctx, query),
});

export const POST = route({
  method: "POST",
  summary: "Create a budget",
  description: "What the scope has already spent in the current period counts from the first moment.",
  permission: "budgets.write",
  body: createBudgetInput,
  output: budgetOutput,
  handler: (ctx, { body }) => createBudget(ctx, body),
});

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET, POST);
