/** Budgets for tests of what is said of them. */
import type { Budget } from "@/lib/budgets/queries";

export function budgetWith(id: string, type: Budget["scope"]["type"], left: string, hard = true): Budget {
  return {
    id,
    scope: { type, id, name: null },
    limit_usd: "10",
    effective_limit_usd: "10",
    increases: [],
    period: "monthly",
    timezone: "UTC",
    hard,
    thresholds: [],
    current: {
      period_start: "2026-11-01T00:00:00.000Z",
      period_end: "2026-12-01T00:00:00.000Z",
      spent_usd: "0",
      held_usd: "0",
      remaining_usd: left,
      percent: 0,
      projected_exhaustion_at: null,
      at_risk: false,
    },
    created_at: "2026-11-01T00:00:00.000Z",
    updated_at: "2026-11-01T00:00:00.000Z",
    version: 1,
  };
}
