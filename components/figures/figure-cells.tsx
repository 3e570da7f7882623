/** The figures that people, teams and keys have in lists, in words and bars. */
import { toneOf } from "@/components/budgets/risk";
import { Bar } from "@/components/ui/bar";
import { formatCount, formatMoney } from "@/lib/client/format";
import type { Figures } from "@/lib/figures/schema";

interface WithFigures {
  figures?: Figures | undefined;
}

/** The budget of which the most is spent, of all that binds the thing. */
export function BudgetMeter({ figures }: WithFigures) {
  const budget = figures?.budget;
  if (!budget) return <span className="text-muted">No budget</span>;
  return (
    <span className="block min-w-36">
      <span className="block whitespace-nowrap tabular-nums">
        {formatMoney(budget.spent_usd)} <span className="text-muted">of {formatMoney(budget.limit_usd)}</span>
      </span>
      <Bar percent={budget.percent} tone={toneOf(budget.percent)} className="my-1" />
      <span className="block text-xs whitespace-nowrap text-muted">
        {formatCount(Math.round(budget.percent))} % · {budget.scope.type}, {budget.period}
      </span>
    </span>
  );
}

export function SpendThisMonth({ figures }: WithFigures) {
  return figures?.spend_usd == null ? <span className="text-muted">–</span> : formatMoney(figures.spend_usd);
}
