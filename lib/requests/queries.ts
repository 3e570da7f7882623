/** Requests for a higher budget as the browser reads, makes and decides on them. Views of components/requests call this. */
import { keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi, type QueryValue } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys, useRefreshOf } from "@/lib/client/query-kit";
import type { approveRequestInput, createRequestInput, denyRequestInput, requestDetail, requestPage } from "./schema";

export type BudgetRequest = z.output<typeof requestPage>["data"][number];
export type RequestDetail = z.output<typeof requestDetail>;
export type NewRequest = z.input<typeof createRequestInput>;
export type Approval = z.input<typeof approveRequestInput>;
export type Denial = z.input<typeof denyRequestInput>;

type Filter = Record<string, QueryValue>;

const requestKeys = createKeys("requests");

/** One's own requests, and those on budgets whose limit the visitor may set. */
export const requestsQuery = (filter: Filter) =>
  queryOptions({
    queryKey: requestKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<BudgetRequest>>("/requests", { query: filter, signal }),
    placeholderData: keepPreviousData,
  });

/** A request with what binds besides. */
export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: requestKeys.detail(id),
    queryFn: ({ signal }) => getApi<RequestDetail>(`/requests/${id}`, { signal }),
  });

/** More than this many that wait are told as that. */
export const countedAtMost = 20;

/** Those that wait for the visitor's decision, as far as they are counted. */
export const waitingQuery = () => requestsQuery({ state: "open", decidable: true, limit: countedAtMost + 1 });

/** What a decision makes stale: requests, the budgets that they raise, what shows those. */
function useRefresh() {
  return useRefreshOf("requests", "budgets", "keys", "users", "teams", "audit");
}

/** Decided or withdrawn by somebody else meanwhile: the lists show how it is now. */
function useSettling() {
  const refresh = useRefresh();
  return { onSuccess: refresh, onError: ({ code }: ApiError) => code === "conflict" && refresh() };
}

export function useAskForMore() {
  const refresh = useRefresh();
  return useMutation<RequestDetail, ApiError, NewRequest>({
    mutationFn: (body) => callApi("POST", "/requests", { body }),
    onSuccess: refresh,
  });
}

export function useApprove(id: string) {
  return useMutation<RequestDetail, ApiError, Approval>({
    mutationFn: (body) => callApi("POST", `/requests/${id}/approve`, { body }),
    ...useSettling(),
  });
}

export function useDeny(id: string) {
  return useMutation<RequestDetail, ApiError, Denial>({
    mutationFn: (body) => callApi("POST", `/requests/${id}/deny`, { body }),
    ...useSettling(),
  });
}

export function useWithdraw(id: string) {
  return useMutation<RequestDetail, ApiError, void>({
    mutationFn: () => callApi("POST", `/requests/${id}/withdraw`),
    ...useSettling(),
  });
}
