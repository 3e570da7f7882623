/** Budgets as the browser reads them. Views of components/budgets call this. */
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys } from "@/lib/client/query-kit";
import type { budgetOutput, ScopeType } from "./schema";

export type Budget = z.output<typeof budgetOutput>;

const budgetKeys = createKeys("budgets");

export interface BudgetFilter {
  limit?: number;
  sort?: string;
  at_risk?: boolean;
  scope_type?: ScopeType;
  scope_id?: string;
}

export const budgetsQuery = (filter: BudgetFilter = {}) =>
  queryOptions({
    queryKey: budgetKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<Budget>>("/budgets", { query: { ...filter }, signal }),
  });

/** Every budget that the visitor's calls may be charged to. */
export const myBudgetsQuery = (filter: Pick<BudgetFilter, "limit" | "sort"> = {}) =>
  queryOptions({
    queryKey: budgetKeys.view("mine", filter),
    queryFn: ({ signal }) => getApi<Page<Budget>>("/me/budgets", { query: { ...filter }, signal }),
  });
