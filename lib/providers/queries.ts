/** Providers as the browser reads and changes them. Views of components/providers call this. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi, type QueryValue } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys, refreshWithout, useRefreshOf, useUpdate } from "@/lib/client/query-kit";
import type {
  ConnectionReport,
  catalogueOutput,
  createCredentialInput,
  createProviderInput,
  credentialOutput,
  providerOutput,
  testAddressInput,
  testProviderInput,
  updateCredentialInput,
  updateProviderInput,
} from "./schema";

export type Provider = z.output<typeof providerOutput>;
export type ProviderTraffic = NonNullable<NonNullable<Provider["figures"]>["hour"]>;
export type NewProvider = z.input<typeof createProviderInput>;
export type ProviderChange = z.input<typeof updateProviderInput>;
export type CatalogueEntry = z.output<typeof catalogueOutput>["data"][number];
export type Credential = z.output<typeof credentialOutput>;
export type NewCredential = z.input<typeof createCredentialInput>;
export type CredentialChange = z.input<typeof updateCredentialInput>;
export type ProviderTest = z.input<typeof testProviderInput>;
export type AddressTest = z.input<typeof testAddressInput>;

const providerKeys = createKeys("providers");

/** With the state of their keys and models, and how calls went lately. */
export const providersQuery = (filter: Record<string, QueryValue>) =>
  queryOptions({
    queryKey: providerKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<Provider>>("/providers", { query: { include: "figures", ...filter }, signal }),
    placeholderData: keepPreviousData,
  });

export const providerQuery = (id: string) =>
  queryOptions({
    queryKey: providerKeys.detail(id),
    queryFn: ({ signal }) => getApi<Provider>(`/providers/${id}`, { query: { include: "figures" }, signal }),
  });

export const catalogueQuery = () =>
  queryOptions({
    queryKey: providerKeys.view("catalogue"),
    queryFn: ({ signal }) => getApi<{ data: CatalogueEntry[] }>("/providers/catalogue", { signal }),
  });

const shownCredentials = 200;

export const credentialsQuery = (providerId: string) =>
  queryOptions({
    queryKey: providerKeys.view("credentials", { providerId }),
    queryFn: ({ signal }) =>
      getApi<Page<Credential>>(`/providers/${providerId}/credentials`, {
        query: { limit: shownCredentials, sort: "name" },
        signal,
      }),
  });

/** What a change of providers makes stale: they, their models, what is on record of them. */
function useRefresh() {
  return useRefreshOf("providers", "models", "audit");
}

// A key may be in what is sent and must not outlive the form that it was typed into.
const keepNothing = { gcTime: 0 };

export function useCreateProvider() {
  const refresh = useRefresh();
  return useMutation<Provider, ApiError, NewProvider>({
    ...keepNothing,
    mutationFn: (body) => callApi("POST", "/providers", { body }),
    onSuccess: refresh,
  });
}

export function useUpdateProvider(id: string) {
  const refresh = useRefresh();
  return useUpdate<Provider, ProviderChange>(`/providers/${id}`, {
    ...keepNothing,
    queryKey: providerKeys.detail(id),
    onSuccess: refresh,
  });
}

export function useDeleteProvider(id: string) {
  const client = useQueryClient();
  return useMutation<void, ApiError>({
    mutationFn: () => callApi("DELETE", `/providers/${id}`),
    onSuccess: () => refreshWithout(client, id),
  });
}

export function useCreateCredential(providerId: string) {
  const refresh = useRefresh();
  return useMutation<Credential, ApiError, NewCredential>({
    ...keepNothing,
    mutationFn: (body) => callApi("POST", `/providers/${providerId}/credentials`, { body }),
    onSuccess: refresh,
  });
}

export function useUpdateCredential({ provider_id, id }: Credential) {
  const refresh = useRefresh();
  return useUpdate<Credential, CredentialChange>(`/providers/${provider_id}/credentials/${id}`, {
    ...keepNothing,
    queryKey: credentialsQuery(provider_id).queryKey,
    onSuccess: refresh,
  });
}

export function useDeleteCredential({ provider_id, id }: Credential) {
  const refresh = useRefresh();
  return useMutation<void, ApiError>({
    mutationFn: () => callApi("DELETE", `/providers/${provider_id}/credentials/${id}`),
    onSuccess: refresh,
  });
}

/** Asks a provider with a stored key, or with one that is tried only. */
export function useTestProvider(id: string) {
  return useMutation<ConnectionReport, ApiError, ProviderTest>({
    ...keepNothing,
    mutationFn: (body) => callApi("POST", `/providers/${id}/test`, { body }),
  });
}

/** The same for what is not stored yet. */
export function useTestAddress() {
  return useMutation<ConnectionReport, ApiError, AddressTest>({
    ...keepNothing,
    mutationFn: (body) => callApi("POST", "/providers/test", { body }),
  });
}
