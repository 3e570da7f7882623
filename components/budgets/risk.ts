/** Which budgets need a look, and how urgently. Pure. */
import type { Budget } from "@/lib/budgets/queries";

export const riskPercent = 75;
const urgentPercent = 90;

/** Those that have used 75 % or more of their period's amount, fullest first. */
export function budgetsAtRisk(budgets: readonly Budget[]): Budget[] {
  return budgets
    .filter((budget) => budget.current.percent >= riskPercent)
    .sort((a, b) => b.current.percent - a.current.percent);
}

export function toneOf(percent: number): "accent" | "warn" | "danger" {
  if (percent >= urgentPercent) return "danger";
  return percent >= riskPercent ? "warn" : "accent";
}
