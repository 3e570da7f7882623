/** Budgets as the browser reads and changes them. Views of components/budgets call this. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi, type QueryValue } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys, useRefreshOf, useUpdate } from "@/lib/client/query-kit";
import type {
  budgetDetail,
  budgetOutput,
  burnDownOutput,
  createBudgetInput,
  periodOutput,
  updateBudgetInput,
} from "./schema";

export type Budget = z.output<typeof budgetOutput>;
export type BudgetDetail = z.output<typeof budgetDetail>;
export type BurnDown = z.output<typeof burnDownOutput>;
export type BudgetPeriod = z.output<typeof periodOutput>;
export type NewBudget = z.input<typeof createBudgetInput>;
export type BudgetChange = z.input<typeof updateBudgetInput>;

type Filter = Record<string, QueryValue>;

const budgetKeys = createKeys("budgets");

/** Every budget that the visitor may see. */
export const budgetsQuery = (filter: Filter = {}) =>
  queryOptions({
    queryKey: budgetKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<Budget>>("/budgets", { query: filter, signal }),
    placeholderData: keepPreviousData,
  });

/** Every budget that the visitor's calls may be charged to. */
export const myBudgetsQuery = (filter: Filter = {}) =>
  queryOptions({
    queryKey: budgetKeys.view("mine", filter),
    queryFn: ({ signal }) => getApi<Page<Budget>>("/me/budgets", { query: filter, signal }),
    placeholderData: keepPreviousData,
  });

/** The same, of which the least is left first: what binds first stands among the first. */
export const leastLeftQuery = () => myBudgetsQuery({ limit: 200, sort: "left" });

export const budgetQuery = (id: string) =>
  queryOptions({
    queryKey: budgetKeys.detail(id),
    queryFn: ({ signal }) => getApi<BudgetDetail>(`/budgets/${id}`, { signal }),
  });

/** Looks through all that binds the visitor: what is above their teams is told there and nowhere else. */
async function findMine(id: string, signal: AbortSignal): Promise<Budget | null> {
  let cursor: string | null = null;
  do {
    const query: Filter = { limit: 200, cursor };
    const page: Page<Budget> = await getApi<Page<Budget>>("/me/budgets", { query, signal });
    const found = page.data.find((budget) => budget.id === id);
    if (found) return found;
    cursor = page.next_cursor;
  } while (cursor !== null);
  return null;
}

export interface SeenBudget {
  budget: Budget;
  /** Whether one sees how it is used, and not only what is left of it. */
  isOpen: boolean;
  isChangeable: boolean;
}

/** Whether a budget stands in the lists that the visitor is given, and so has a page of its own for them. */
async function isListed({ id, scope }: Budget, signal: AbortSignal): Promise<boolean> {
  const query: Filter = { scope_type: scope.type, scope_id: scope.id, limit: 200 };
  const { data } = await getApi<Page<Budget>>("/budgets", { query, signal });
  return data.some((budget) => budget.id === id);
}

/** A budget that the visitor may see, or that binds them although it is hidden otherwise: then its own page is not asked for. */
export const seenBudgetQuery = (id: string) =>
  queryOptions({
    queryKey: budgetKeys.view("seen", { id }),
    queryFn: async ({ signal }): Promise<SeenBudget> => {
      const mine = await findMine(id, signal);
      if (mine && !(await isListed(mine, signal))) return { budget: mine, isOpen: false, isChangeable: false };
      const budget = await getApi<BudgetDetail>(`/budgets/${id}`, { signal });
      return { budget, isOpen: true, isChangeable: budget.is_changeable };
    },
  });

/** How a budget is used up in the period that starts at `periodStart`; null for the current one. */
export const burnDownQuery = (id: string, periodStart: string | null) =>
  queryOptions({
    queryKey: budgetKeys.view("burn-down", { id, periodStart }),
    queryFn: ({ signal }) =>
      getApi<BurnDown>(`/budgets/${id}/burn-down`, { query: { period_start: periodStart }, signal }),
  });

/** What was spent in each period of a budget. */
export const budgetPeriodsQuery = (id: string, filter: Filter = {}) =>
  queryOptions({
    queryKey: budgetKeys.view("periods", { id, ...filter }),
    queryFn: ({ signal }) => getApi<Page<BudgetPeriod>>(`/budgets/${id}/periods`, { query: filter, signal }),
    placeholderData: keepPreviousData,
  });

/** What a change of budgets makes stale: they, what shows them, what is on record of them. */
function useRefresh() {
  return useRefreshOf("budgets", "keys", "users", "teams", "requests", "alerts", "audit");
}

export function useCreateBudget() {
  const refresh = useRefresh();
  return useMutation<Budget, ApiError, NewBudget>({
    mutationFn: (body) => callApi("POST", "/budgets", { body }),
    onSuccess: refresh,
  });
}

export function useUpdateBudget(id: string) {
  const refresh = useRefresh();
  return useUpdate<Budget, BudgetChange>(`/budgets/${id}`, {
    queryKey: budgetKeys.detail(id),
    onSuccess: refresh,
  });
}

export function useDeleteBudget(id: string) {
  const [client, refresh] = [useQueryClient(), useRefresh()];
  return useMutation<undefined, ApiError, void>({
    mutationFn: () => callApi("DELETE", `/budgets/${id}`),
    onSuccess: () => {
      // There is nothing left to read of it.
      client.removeQueries({ queryKey: budgetKeys.detail(id) });
      refresh();
    },
  });
}
