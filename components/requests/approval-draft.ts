/** An approval as it is being written, and as it is sent. Pure. */
import type { Approval, BudgetRequest } from "@/lib/requests/queries";

export interface ApprovalDraft {
  amount_usd: string;
  /** A UTC date; empty for the end of the budget's period. */
  until_on: string;
  note: string;
}

/** What was asked for, ready to be written over. */
export function startApproval({ amount_usd, until }: Pick<BudgetRequest, "amount_usd" | "until">): ApprovalDraft {
  return { amount_usd, until_on: until?.slice(0, 10) ?? "", note: "" };
}

/** What the API takes. What is as it was asked for is left out, so that a time of day in it is kept. */
export function approvalOf(
  draft: ApprovalDraft,
  asked: Pick<BudgetRequest, "amount_usd" | "until" | "budget">,
): Approval {
  const before = startApproval(asked);
  // Emptied although a day was asked for: the period's end, as it says beside the field.
  const until = draft.until_on ? `${draft.until_on}T00:00:00Z` : asked.budget.current.period_end;
  return {
    ...(draft.amount_usd.trim() === before.amount_usd ? {} : { amount_usd: draft.amount_usd.trim() }),
    ...(draft.until_on === before.until_on || until === null ? {} : { until }),
    ...(draft.note.trim() ? { note: draft.note.trim() } : {}),
  };
}
