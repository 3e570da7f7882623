/** Models as the browser reads and changes them. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi, type QueryValue } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys, refreshWithout, useRefreshOf, useUpdate } from "@/lib/client/query-kit";
import type { createModelInput, modelOutput, priceHistoryOutput, updateModelInput } from "./schema";

export type Model = z.output<typeof modelOutput>;
export type ModelPrices = z.output<typeof priceHistoryOutput>;
export type Price = NonNullable<Model["price"]>;
export type NewModel = z.input<typeof createModelInput>;
export type ModelChange = z.input<typeof updateModelInput>;

const modelKeys = createKeys("models");

export const modelsQuery = (filter: Record<string, QueryValue>) =>
  queryOptions({
    queryKey: modelKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<Model>>("/models", { query: filter, signal }),
    placeholderData: keepPreviousData,
  });

export const modelQuery = (id: string) =>
  queryOptions({
    queryKey: modelKeys.detail(id),
    queryFn: ({ signal }) => getApi<Model>(`/models/${id}`, { signal }),
  });

export const modelPricesQuery = (id: string) =>
  queryOptions({
    queryKey: modelKeys.view("prices", { id }),
    queryFn: ({ signal }) => getApi<ModelPrices>(`/models/${id}/price`, { signal }),
  });

/** What a change of models makes stale: they, the counts of their providers, what is on record of them. */
function useRefresh() {
  return useRefreshOf("models", "providers", "audit");
}

export function useCreateModel(providerId: string) {
  const refresh = useRefresh();
  return useMutation<Model, ApiError, NewModel>({
    mutationFn: (body) => callApi("POST", `/providers/${providerId}/models`, { body }),
    onSuccess: refresh,
  });
}

export function useUpdateModel(id: string) {
  const refresh = useRefresh();
  return useUpdate<Model, ModelChange>(`/models/${id}`, {
    queryKey: modelKeys.detail(id),
    onSuccess: refresh,
  });
}

export function useDeleteModel(id: string) {
  const client = useQueryClient();
  return useMutation<void, ApiError>({
    mutationFn: () => callApi("DELETE", `/providers/models/${id}`),
    onSuccess: () => refreshWithout(client, id),
  });
}
