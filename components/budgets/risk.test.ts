import { expect, test } from "vitest";
import type { Budget } from "@/lib/budgets/queries";
import { budgetsAtRisk, toneOf } from "./risk";

const budgetAt = (percent: number): Budget => ({
  id: `bud_${percent}`,
  scope: { type: "team", id: "team_1", name: null },
  limit_usd: "100.00",
  effective_limit_usd: "100.00",
  increases: [],
  period: "monthly",
  timezone: "UTC",
  hard: true,
  thresholds: [],
  current: {
    period_start: "2026-01-01T00:00:00.000Z",
    period_end: null,
    spent_usd: "0.00",
    held_usd: "0.00",
    remaining_usd: "0.00",
    percent,
    projected_exhaustion_at: null,
    at_risk: false,
  },
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
  version: 1,
});

test("a budget is at risk from 75 % on; the fullest stands first", () => {
  const budgets = [10, 75, 74.99, 130, 90].map(budgetAt);
  expect(budgetsAtRisk(budgets).map((budget) => budget.current.percent)).toEqual([130, 90, 75]);
});

test.each([
  [0, "accent"],
  [74.99, "accent"],
  [75, "warn"],
  [89.99, "warn"],
  [90, "danger"],
  [150, "danger"],
])("%d %% looks %s", (percent, tone) => {
  expect(toneOf(percent)).toBe(tone);
});
