/** Keys as the browser reads and changes them. Views of components/keys call this. */
import { keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi, type QueryValue } from "@/lib/client/fetch";
import { type CallOutcome, callModel } from "@/lib/client/model-call";
import type { BulkOutcome, Page } from "@/lib/client/page";
import { createKeys, useRefreshOf, useUpdate } from "@/lib/client/query-kit";
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
  return useRefreshOf("keys", "budgets", "audit");
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
  const refresh = useRefresh();
  return useUpdate<Key, KeyChange>(`/keys/${id}`, {
    queryKey: keyKeys.detail(id),
    onSuccess: refresh,
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

export interface TrialCall {
  /** What the key of this call is made from, so that it meets all that this one meets. */
  parent_key_id?: string;
  /** Of the key of this call, where it is made from none. */
  team_id?: string;
  model: string;
  prompt: string;
}

/** By this its call is known once the key is gone. */
export const trialTag = "try-it";

/** What a key that is made for one call may spend, and for how long it lasts. */
export const trialLimits = { limit_usd: "0.10", expires_in: "15m", maxTokens: 300 } as const;

export interface TrialOutcome extends CallOutcome {
  /** What became of the key that was made for the call; null where none was. */
  ownKey: "deleted" | "left" | null;
}

/** Revoked, and its row taken away: nobody wants one among their keys for every time that they tried. The audit log keeps all of it. */
async function dropTrialKey(id: string): Promise<void> {
  await callApi("POST", `/keys/${id}/revoke`, { body: { reason: "The connection test is over." } });
  await callApi("DELETE", `/keys/${id}`);
}

async function callWithOwnKey({ parent_key_id, team_id, model, prompt }: TrialCall): Promise<TrialOutcome> {
  const { limit_usd, expires_in, maxTokens } = trialLimits;
  const body: NewKey = {
    name: "Connection test",
    tags: [trialTag],
    expires_in,
    budget: { limit_usd, period: "total" },
    ...(parent_key_id ? { type: "virtual", parent_key_id } : { type: "user", ...(team_id ? { team_id } : {}) }),
  };
  const { key, secret } = await callApi<KeyWithSecret>("POST", "/keys", { body });
  const outcome = await callModel({ secret, model, prompt, maxTokens });
  const gone = dropTrialKey(key.id);
  // What the call gave is told even if that fails: the key ends by itself.
  return { ...outcome, ownKey: await gone.then(() => "deleted" as const).catch(() => "left" as const) };
}

/**
 * Calls a model as a program would. `readSecret` gives the secret of a key that there is, which is thereby kept nowhere; where that is
 * empty, a key is made for this call and deleted after it. A refusal is an outcome; an error is that no key could be made.
 */
export function useTrialCall(readSecret: () => string) {
  const refresh = useRefresh();
  return useMutation<TrialOutcome, ApiError, TrialCall>({
    ...keepNothing,
    mutationFn: async (call) => {
      const secret = readSecret();
      if (!secret) return callWithOwnKey(call);
      const { model, prompt } = call;
      return { ...(await callModel({ secret, model, prompt, maxTokens: trialLimits.maxTokens })), ownKey: null };
    },
    onSettled: refresh,
  });
}
