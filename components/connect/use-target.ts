"use client";

import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { parseAsString, useQueryStates } from "nuqs";
import { isCode } from "@/components/layout/query-states";
import { type Key, keyQuery } from "@/lib/keys/queries";
import { myModelsQuery } from "@/lib/me/queries";

/** What the address says beside the tool. */
export const targetNames = ["key", "model"] as const;

export interface Target {
  keyId: string | null;
  /** Undefined until it is known, and where none is chosen. */
  key: Key | undefined;
  /** Why no call with the chosen key can work: it is gone or no longer good. */
  keyProblem: string | undefined;
  /** As callers write it; null where there is none, undefined until that is known. */
  model: string | null | undefined;
  /** Whether the chosen model may not be called with the chosen key. */
  isRuledOut: boolean;
  change: (next: { key?: string | null; model?: string | null }) => void;
}

function problemOf({ data, error }: Pick<UseQueryResult<Key>, "data" | "error">): string | undefined {
  if (data && data.status !== "active") return `The key ${data.name} is ${data.status}: calls with it are refused.`;
  return isCode(error, "not_found") ? "There is no such key of yours any more." : undefined;
}

/** With which key and which model one wants to call: kept in the address, so that it can be passed on. */
export function useTarget(): Target {
  const [state, set] = useQueryStates({ key: parseAsString, model: parseAsString });
  const keyId = state.key;
  const key = useQuery({ ...keyQuery(keyId ?? ""), enabled: keyId !== null });
  const first = useQuery(myModelsQuery({ key_id: keyId, kind: "chat", limit: 1 }));
  const asked = useQuery({
    ...myModelsQuery({ key_id: keyId, kind: "chat", q: state.model, limit: 200 }),
    enabled: state.model !== null,
  });
  const keyProblem = keyId === null ? undefined : problemOf(key);
  const isListed = asked.data?.data.some(({ call_as }) => call_as === state.model) ?? true;
  return {
    keyId,
    key: keyId === null ? undefined : key.data,
    keyProblem,
    model: state.model ?? (first.data ? (first.data.data[0]?.call_as ?? null) : first.error ? null : undefined),
    isRuledOut: state.model !== null && !isListed,
    change: (next) => void set(next),
  };
}
