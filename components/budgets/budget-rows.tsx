import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { Bar } from "@/components/ui/bar";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import type { Budget } from "@/lib/budgets/queries";
import { formatCount, formatMoney } from "@/lib/client/format";
import { findBinding } from "./binding";
import { ResetTime } from "./budget-meter";
import { toneOf } from "./risk";
import { describeTerms, scopeLabels, scopeName } from "./words";

interface BudgetRowsProps {
  label: string;
  budgets: readonly Budget[];
  /** The page of each. */
  pathOf: (budget: Budget) => string;
}

function BudgetRow({ budget, isBinding, path }: { budget: Budget; isBinding: boolean; path: string }) {
  const { current, scope } = budget;
  return (
    <Row>
      <Cell>
        <Link href={path} className="font-medium wrap-anywhere hover:underline">
          {scopeName(scope)}
        </Link>{" "}
        {isBinding ? <Badge tone="accent">binds</Badge> : null}
        <span className="block text-xs text-muted">
          {scopeLabels[scope.type]}, {describeTerms(budget)}
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
        <ResetTime budget={budget} />
      </Cell>
    </Row>
  );
}

/** Budgets with what is left of each; the one that binds is marked. */
export function BudgetRows({ label, budgets, pathOf }: BudgetRowsProps) {
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
        <BudgetRow key={budget.id} budget={budget} isBinding={budget.id === binding?.id} path={pathOf(budget)} />
      ))}
    </Table>
  );
}
