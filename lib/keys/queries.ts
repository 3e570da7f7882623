/** Keys as the browser reads and changes them. Views of components/keys call this. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi, type QueryValue } from "@/lib/client/fetch";
import type { BulkOutcome, Page } from "@/lib/client/page";
import { createKeys } from "@/lib/client/query-kit";
import type {
  bulkKeysInput,
  createKeyInput,
  keyChainOutput,
  keyOutput,
  keyWithSecretOutput,
  updateKeyInput,
} from "./schema";

export type Key = z.output<typeof keyOutput>;
export type KeyChain = z.output<typeof keyChainOutput>;
export type NewKey = z.input<typeof createKeyInput>;
export type KeyChange = z.input<typeof updateKeyInput>;
export type KeyWithSecret = z.output<typeof keyWithSecretOutput>;
export type BulkKeys = z.input<typeof bulkKeysInput>;

type Filter = Record<string, QueryValue>;

const keyKeys = createKeys("keys");

/** Every key that the visitor may see, with figures. */
export const keysQuery = (filter: Filter) =>
  queryOptions({
    queryKey: keyKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<Key>>("/keys", { query: { include: "figures", ...filter }, signal }),
    placeholderData: keepPreviousData,
  });

/** The visitor's own keys, with figures. */
export const myKeysQuery = (filter: Filter) =>
  queryOptions({
    queryKey: keyKeys.view("mine", filter),
    queryFn: ({ signal }) => getApi<Page<Key>>("/me/keys", { query: { include: "figures", ...filter }, signal }),
    placeholderData: keepPreviousData,
  });

export const keyQuery = (id: string) =>
  queryOptions({
    queryKey: keyKeys.detail(id),
    queryFn: ({ signal }) => getApi<Key>(`/keys/${id}`, { query: { include: "figures" }, signal }),
  });

/** What a call with this key is charged to, level by level. */
export const keyChainQuery = (id: string) =>
  queryOptions({
    // A change of any budget makes it stale too.
    queryKey: ["budgets", "chain", id],
    queryFn: ({ signal }) => getApi<KeyChain>(`/keys/${id}/chain`, { signal }),
  });

/** What a change of keys makes stale: keys, what binds them, what is on record of them. */
function useRefresh() {
  const client = useQueryClient();
  return () =>
    void Promise.all(
      [keyKeys.all, ["budgets"], ["audit"]].map((queryKey) => client.invalidateQueries({ queryKey: [...queryKey] })),
    );
}

// A secret is in the answer and must not outlive whoever shows it: the cache lets go of it with the view.
const keepNothing = { gcTime: 0 };

export function useCreateKey() {
  const refresh = useRefresh();
  return useMutation<KeyWithSecret, ApiError, NewKey>({
    ...keepNothing,
    mutationFn: (body) => callApi("POST", "/keys", { body }),
    onSuccess: refresh,
  });
}

export function useRotateKey(id: string) {
  const refresh = useRefresh();
  return useMutation<KeyWithSecret, ApiError, string>({
    ...keepNothing,
    mutationFn: (overlap) => callApi("POST", `/keys/${id}/rotate`, { body: { overlap } }),
    onSuccess: refresh,
  });
}

export function useUpdateKey(id: string) {
  const [client, refresh] = [useQueryClient(), useRefresh()];
  return useMutation<Key, ApiError, { change: KeyChange; version: number }>({
    mutationFn: ({ change, version }) => callApi("PATCH", `/keys/${id}`, { body: change, ifVersion: version }),
    onSuccess: refresh,
    // Refused for being about an older version: what is stored now is what the visitor decides on.
    onError: ({ code }) => code === "precondition_failed" && client.invalidateQueries({ queryKey: keyKeys.detail(id) }),
  });
}

export type KeyDeed = { deed: "block" | "unblock" | "restore" } | { deed: "revoke"; reason?: string };

export function useChangeKey(id: string) {
  const refresh = useRefresh();
  return useMutation<Key, ApiError, KeyDeed>({
    mutationFn: ({ deed, ...body }) => callApi("POST", `/keys/${id}/${deed}`, deed === "revoke" ? { body } : {}),
    onSuccess: refresh,
  });
}

export function useBulkKeys() {
  const refresh = useRefresh();
  return useMutation<BulkOutcome, ApiError, BulkKeys>({
    mutationFn: (body) => callApi("POST", "/keys/bulk", { body }),
    onSuccess: ({ dry_run }) => !dry_run && refresh(),
  });
}
