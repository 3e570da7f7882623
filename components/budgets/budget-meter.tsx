import { Badge } from "@/components/ui/badge";
import { Bar } from "@/components/ui/bar";
import { Time } from "@/components/ui/time";
import type { Budget } from "@/lib/budgets/queries";
import { formatCount, formatMoney } from "@/lib/client/format";
import { parseUsd } from "@/lib/money";
import { toneOf } from "./risk";
import { describeChange, formatLocal, shareOf } from "./words";

/** Used, held and free of a budget, as one bar and in words. */
export function BudgetMeter({ budget }: { budget: Budget }) {
  const { percent, held_usd, remaining_usd } = budget.current;
  const isHeld = parseUsd(held_usd) > 0n;
  return (
    <span className="block min-w-36">
      <span className="block whitespace-nowrap tabular-nums">{formatCount(Math.round(percent))} %</span>
      <Bar
        percent={percent}
        pending={shareOf(held_usd, budget.effective_limit_usd)}
        tone={toneOf(percent)}
        className="my-1"
      />
      <span className="block text-xs whitespace-nowrap text-muted tabular-nums">
        {isHeld ? `${formatMoney(held_usd)} held, ` : ""}
        {formatMoney(remaining_usd)} free
      </span>
    </span>
  );
}

/** When the period ends, on the wall clocks of the budget's zone. */
export function ResetTime({ budget }: { budget: Budget }) {
  const { current, timezone } = budget;
  if (!current.period_end) return <span className="text-muted">Never</span>;
  return (
    <>
      <time dateTime={current.period_end} className="whitespace-nowrap tabular-nums">
        {formatLocal(current.period_end, timezone)}
      </time>
      <span className="block text-xs whitespace-nowrap text-muted">{timezone}</span>
    </>
  );
}

/** When the limit is spent, if that is before the period ends. */
export function RunOut({ budget: { current } }: { budget: Budget }) {
  if (current.percent >= 100) return <Badge tone="danger">used up</Badge>;
  if (current.projected_exhaustion_at) return <Time value={current.projected_exhaustion_at} />;
  return <span className="text-muted">{current.period_end ? "Not in this period" : "–"}</span>;
}

/** The limit in force, and below it until when that is, and what it is after that. */
export function Limit({ budget }: { budget: Budget }) {
  const then = describeChange(budget);
  return (
    <>
      {formatMoney(budget.effective_limit_usd)}
      {then ? <span className="block text-xs text-muted">{then}</span> : null}
    </>
  );
}
