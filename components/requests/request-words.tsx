import { Badge } from "@/components/ui/badge";
import type { BudgetRequest } from "@/lib/requests/queries";
import type { RequestState } from "@/lib/requests/schema";

const tones = { open: "accent", approved: "ok", denied: "danger", withdrawn: "neutral" } as const;

export function StateBadge({ state }: { state: RequestState }) {
  return <Badge tone={tones[state]}>{state}</Badge>;
}

/** Who asks, as people call them. */
export function askerOf({ user }: Pick<BudgetRequest, "user">): string {
  return user.name ?? user.email;
}

/** What follows a decision: who made it and what they said. */
export function outcomeOf({ state, decider, decided_by, decision_note }: BudgetRequest): string | null {
  if (state === "open" || state === "withdrawn") return null;
  const by = decider ?? (decided_by === "master" ? "the master key" : "an administrator’s key");
  return `by ${by}${decision_note ? `: ${decision_note}` : ""}`;
}
