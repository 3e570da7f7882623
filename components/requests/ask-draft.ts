/** A request for more as it is being written, and as it is sent. Pure. */
import type { NewRequest } from "@/lib/requests/queries";

export interface AskDraft {
  amount_usd: string;
  /** A UTC date; empty where whoever decides says until when. */
  until_on: string;
  reason: string;
}

export const emptyAsk: AskDraft = { amount_usd: "", until_on: "", reason: "" };

export function newRequestOf(budget_id: string, { amount_usd, until_on, reason }: AskDraft): NewRequest {
  return {
    budget_id,
    amount_usd: amount_usd.trim(),
    ...(until_on ? { until: `${until_on}T00:00:00Z` } : {}),
    reason,
  };
}
