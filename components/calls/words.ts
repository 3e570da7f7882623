/** What became of a call, in words. Pure. */
import { trialTag } from "@/lib/keys/queries";
import type { UsageCall } from "@/lib/usage/queries";
import type { CallStatus, CostSource } from "@/lib/usage/schema";

export const statusWords: Record<CallStatus, string> = {
  ok: "OK",
  error: "Failed",
  aborted: "Hung up",
  unknown: "Unknown",
};

export const statusTones = { ok: "ok", error: "danger", aborted: "neutral", unknown: "warn" } as const;

export const statusSentences: Record<CallStatus, string> = {
  ok: "The provider answered in full.",
  error: "The provider failed, or did not answer.",
  aborted: "The caller hung up before the end; what was produced until then is paid for.",
  unknown: "The process that carried this call died. What became of it is not known; the held amount was booked.",
};

export const costWords: Record<CostSource, string> = {
  usage: "by the provider's own count of tokens",
  estimate: "by an own count of tokens, since the provider gave none",
  ceiling: "at the ceiling price, because the model has no price",
  hold: "as it was held, because the process died",
};

export const refusalWords: Record<string, string> = {
  budget_exceeded: "Budget used up",
  budget_busy: "Budget taken by calls in flight",
  request_too_large: "Larger than its budget",
  rate_limit_exceeded: "Rate limit",
  model_not_allowed: "Model not allowed",
  model_not_found: "No such model",
  invalid_api_key: "Unknown key",
  key_expired: "Key expired",
  key_blocked: "Key blocked",
  key_revoked: "Key revoked",
  invalid_request: "Request not understood",
  provider_error: "Provider failed",
  provider_timeout: "Provider too slow",
  service_unavailable: "Not available",
};

/** Whose call it was, as far as that is known. */
export function callerOf(call: Pick<UsageCall, "user_email" | "user_id" | "team_name" | "team_id">): string {
  if (call.user_id) return call.user_email ?? `${call.user_id} (gone)`;
  if (call.team_id) return call.team_name ?? `${call.team_id} (gone)`;
  return "Nobody's";
}

/** A key that was made for one call from “Try it” is gone by design, which need not be told. */
export function keyNameOf(call: Pick<UsageCall, "key_name" | "key_id"> & Partial<Pick<UsageCall, "tags">>): string {
  if (!call.key_id) return "No key";
  return call.key_name ?? (call.tags?.includes(trialTag) ? "Try it" : `${call.key_id} (gone)`);
}
