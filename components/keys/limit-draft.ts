/** Models and limits of a key as they are being written, and as they are sent. Pure. */
import type { Key } from "@/lib/keys/queries";

export const limitNames = ["rpm_limit", "tpm_limit", "parallel_limit"] as const;
type LimitName = (typeof limitNames)[number];

export const limitLabels: Record<LimitName, string> = {
  rpm_limit: "Requests per minute",
  tpm_limit: "Tokens per minute",
  parallel_limit: "Calls at once",
};

/** As it is being written: text until it is sent. */
export interface LimitDraft extends Record<LimitName, string> {
  allowed_models: string[];
  blocked_models: string[];
}

export const noLimits: LimitDraft = {
  allowed_models: [],
  blocked_models: [],
  rpm_limit: "",
  tpm_limit: "",
  parallel_limit: "",
};

/** What is written in a field for a number: null for nothing; what is no number goes to the server as it is, which says so. */
export function readLimit(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

/** What is stored, ready to be written over. */
export function limitDraftOf(key: Pick<Key, LimitName | "allowed_models" | "blocked_models">): LimitDraft {
  const text = (limit: number | null) => limit?.toString() ?? "";
  return {
    allowed_models: key.allowed_models,
    blocked_models: key.blocked_models,
    rpm_limit: text(key.rpm_limit),
    tpm_limit: text(key.tpm_limit),
    parallel_limit: text(key.parallel_limit),
  };
}

/** The limits that differ, as the API takes them. */
export function changedLimits(before: LimitDraft, edit: LimitDraft) {
  const isChanged = (name: keyof LimitDraft) => JSON.stringify(edit[name]) !== JSON.stringify(before[name]);
  return {
    ...(isChanged("allowed_models") ? { allowed_models: edit.allowed_models } : {}),
    ...(isChanged("blocked_models") ? { blocked_models: edit.blocked_models } : {}),
    ...Object.fromEntries(limitNames.filter(isChanged).map((name) => [name, readLimit(edit[name])])),
  };
}
