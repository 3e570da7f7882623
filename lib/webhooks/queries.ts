/** Webhooks and their deliveries as the browser reads and changes them. Views of components/webhooks call this. */
import { keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi, type QueryValue } from "@/lib/client/fetch";
import type { BulkOutcome, Page } from "@/lib/client/page";
import { createKeys, useRefreshOf, useUpdate } from "@/lib/client/query-kit";
import type {
  bulkDeliveriesInput,
  createWebhookInput,
  deliveryDetail,
  deliveryPage,
  updateWebhookInput,
  webhookOutput,
  webhookWithSecret,
} from "./schema";

export type Webhook = z.output<typeof webhookOutput>;
export type WebhookWithSecret = z.output<typeof webhookWithSecret>;
export type NewWebhook = z.input<typeof createWebhookInput>;
export type WebhookChange = z.input<typeof updateWebhookInput>;
export type Delivery = z.output<typeof deliveryPage>["data"][number];
export type DeliveryDetail = z.output<typeof deliveryDetail>;
export type BulkDeliveries = z.input<typeof bulkDeliveriesInput>;

type Filter = Record<string, QueryValue>;

const webhookKeys = createKeys("webhooks");
const deliveryKeys = createKeys("deliveries");

export const webhooksQuery = (filter: Filter) =>
  queryOptions({
    queryKey: webhookKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<Webhook>>("/webhooks", { query: { include: "figures", ...filter }, signal }),
    placeholderData: keepPreviousData,
  });

export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: webhookKeys.detail(id),
    queryFn: ({ signal }) => getApi<Webhook>(`/webhooks/${id}`, { query: { include: "figures" }, signal }),
  });

/** What was sent to one webhook, newest first. */
export const deliveriesQuery = (webhookId: string, filter: Filter) =>
  queryOptions({
    queryKey: deliveryKeys.list({ webhookId, ...filter }),
    queryFn: ({ signal }) => getApi<Page<Delivery>>(`/webhooks/${webhookId}/deliveries`, { query: filter, signal }),
    placeholderData: keepPreviousData,
  });

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: deliveryKeys.detail(id),
    queryFn: ({ signal }) => getApi<DeliveryDetail>(`/deliveries/${id}`, { signal }),
  });

/** What a change of webhooks makes stale: them, what was sent to them, and what is on record. */
function useRefresh() {
  return useRefreshOf("webhooks", "deliveries", "audit");
}

// A secret is in the answer and must not outlive whoever shows it: the cache lets go of it with the view.
const keepNothing = { gcTime: 0 };

export function useCreateWebhook() {
  const refresh = useRefresh();
  return useMutation<WebhookWithSecret, ApiError, NewWebhook>({
    ...keepNothing,
    mutationFn: (body) => callApi("POST", "/webhooks", { body }),
    onSuccess: refresh,
  });
}

export function useRotateSecret(id: string) {
  const refresh = useRefresh();
  return useMutation<WebhookWithSecret, ApiError, string>({
    ...keepNothing,
    mutationFn: (overlap) => callApi("POST", `/webhooks/${id}/rotate-secret`, { body: { overlap } }),
    onSuccess: refresh,
  });
}

export function useUpdateWebhook(id: string) {
  const refresh = useRefresh();
  return useUpdate<Webhook, WebhookChange>(`/webhooks/${id}`, {
    queryKey: webhookKeys.detail(id),
    onSuccess: refresh,
  });
}

export function useDeleteWebhook(id: string) {
  const refresh = useRefresh();
  return useMutation<void, ApiError, void>({
    mutationFn: () => callApi("DELETE", `/webhooks/${id}`),
    onSuccess: refresh,
  });
}

export function useTestWebhook(id: string) {
  const refresh = useRefresh();
  return useMutation<DeliveryDetail, ApiError, void>({
    mutationFn: () => callApi("POST", `/webhooks/${id}/test`),
    onSuccess: refresh,
  });
}

export function useReplayDelivery(id: string) {
  const refresh = useRefresh();
  return useMutation<DeliveryDetail, ApiError, void>({
    mutationFn: () => callApi("POST", `/deliveries/${id}/replay`),
    onSuccess: refresh,
  });
}

export function useBulkDeliveries() {
  const refresh = useRefresh();
  return useMutation<BulkOutcome, ApiError, BulkDeliveries>({
    mutationFn: (body) => callApi("POST", "/deliveries/bulk", { body }),
    onSuccess: ({ dry_run }) => !dry_run && refresh(),
  });
}
