import { Badge } from "@/components/ui/badge";
import { Bar } from "@/components/ui/bar";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { Budget } from "@/lib/budgets/queries";
import { formatCount, formatMoney } from "@/lib/client/format";
import { parseUsd } from "@/lib/money";
import { toneOf } from "./risk";

/** The hard budget with the least left: the one that refuses first. Null where none refuses. */
export function findBinding(budgets: readonly Budget[]): Budget | null {
  const left = ({ current }: Budget) => parseUsd(current.remaining_usd);
  return budgets
    .filter(({ hard }) => hard)
    .reduce<Budget | null>((least, budget) => (least === null || left(budget) < left(least) ? budget : least), null);
}

function BudgetRow({ budget, isBinding }: { budget: Budget; isBinding: boolean }) {
  const { current, scope, period, timezone, hard } = budget;
  return (
    <Row>
      <Cell>
        <span className="font-medium break-words">{scope.name ?? scope.id}</span>{" "}
        {isBinding ? <Badge tone="accent">binds</Badge> : null}
        <span className="block text-xs text-muted">
          {scope.type}, {period}
          {period === "total" ? "" : ` (${timezone})`}
          {hard ? "" : ", soft"}
        </span>
      </Cell>
      <Cell numeric>
        {formatMoney(current.remaining_usd)}
        <span className="block text-xs text-muted">of {formatMoney(budget.effective_limit_usd)}</span>
      </Cell>
      <Cell className="w-28 sm:w-40">
        <span className="text-xs tabular-nums">{formatCount(Math.round(current.percent))} %</span>
        <Bar percent={current.percent} tone={toneOf(current.percent)} className="mt-1" />
      </Cell>
      <Cell className="max-sm:hidden">
        {current.period_end ? <Time value={current.period_end} /> : <span className="text-muted">never</span>}
      </Cell>
    </Row>
  );
}

/** Budgets with what is left of each; the one that binds is marked. */
export function BudgetRows({ label, budgets }: { label: string; budgets: readonly Budget[] }) {
  const binding = findBinding(budgets);
  return (
    <Table
      label={label}
      head={
        <>
          <HeadCell>On</HeadCell>
          <HeadCell numeric>Left</HeadCell>
          <HeadCell>Used</HeadCell>
          <HeadCell className="max-sm:hidden">Resets</HeadCell>
        </>
      }
    >
      {budgets.map((budget) => (
        <BudgetRow key={budget.id} budget={budget} isBinding={budget.id === binding?.id} />
      ))}
    </Table>
  );
}
