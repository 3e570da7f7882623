/** The figures that people, teams and keys have in lists, in words and bars. */
import { toneOf } from "@/components/budgets/risk";
import { scopeLabels, scopeName, shareOf } from "@/components/budgets/words";
import { Bar } from "@/components/ui/bar";
import { formatCount, formatMoney } from "@/lib/client/format";
import type { Figures } from "@/lib/figures/schema";

interface WithFigures {
  figures?: Figures | undefined;
}

/** The budget that refuses calls first: what is left of it, and what it is on. */
export function BudgetMeter({ figures }: WithFigures) {
  const budget = figures?.budget;
  if (!budget) return <span className="text-muted">None</span>;
  const { percent, scope, period } = budget;
  return (
    <span className="block w-44">
      <span className="block whitespace-nowrap tabular-nums">
        {formatMoney(budget.remaining_usd)} <span className="text-muted">of {formatMoney(budget.limit_usd)} left</span>
      </span>
      <Bar
        percent={percent}
        pending={shareOf(budget.held_usd, budget.limit_usd)}
        tone={toneOf(percent)}
        className="my-1"
      />
      <span className="block truncate text-xs text-muted" title={`${scopeLabels[scope.type]} ${scopeName(scope)}`}>
        {formatCount(Math.round(percent))} % · {period}, {scopeName(scope)}
      </span>
    </span>
  );
}

export function SpendThisMonth({ figures }: WithFigures) {
  return figures?.spend_usd == null ? <span className="text-muted">–</span> : formatMoney(figures.spend_usd);
}
