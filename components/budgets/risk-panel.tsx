"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { Badge } from "@/components/ui/badge";
import { Bar } from "@/components/ui/bar";
import { Empty } from "@/components/ui/empty";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { type Budget, budgetsQuery } from "@/lib/budgets/queries";
import { formatCount, formatMoney, formatQuantity } from "@/lib/client/format";
import type { Page } from "@/lib/client/page";
import { budgetsAtRisk, riskPercent, toneOf } from "./risk";

const refreshMs = 30_000;
const readAtMost = 200;
const shownAtMost = 6;

function BudgetRow({ budget }: { budget: Budget }) {
  const { current, scope } = budget;
  return (
    <Row>
      <Cell>
        <span className="font-medium break-words">{scope.name ?? scope.id}</span>
        <span className="block text-xs text-muted">
          {scope.type}, {budget.period}
          {budget.hard ? "" : ", soft"}
        </span>
      </Cell>
      <Cell numeric>
        {formatMoney(current.spent_usd)}
        <span className="block text-xs text-muted">of {formatMoney(budget.effective_limit_usd)}</span>
      </Cell>
      <Cell className="w-24 sm:w-36">
        <Badge tone={toneOf(current.percent)}>{formatCount(current.percent)} %</Badge>
        <Bar percent={current.percent} tone={toneOf(current.percent)} className="mt-1.5" />
      </Cell>
      <Cell className="max-sm:hidden">
        {current.period_end ? <Time value={current.period_end} /> : <span className="text-muted">never</span>}
      </Cell>
    </Row>
  );
}

function Remainder({ page, atRisk }: { page: Page<Budget>; atRisk: number }) {
  const hidden = atRisk - shownAtMost;
  const notes = [
    hidden > 0 ? `${formatQuantity(hidden, "more budget")} at risk.` : "",
    page.next_cursor ? `Looked at the ${readAtMost} newest budgets only.` : "",
  ].filter(Boolean);
  return notes.length > 0 ? (
    <p className="border-t border-line px-4 py-2 text-xs text-muted">{notes.join(" ")}</p>
  ) : null;
}

function noneAtRisk(page: Page<Budget> | undefined) {
  if (page?.data.length === 0)
    return (
      <Empty title="No budgets yet">
        A budget on a team, a person or a key refuses the calls that it has no room for, and alerts before.
      </Empty>
    );
  const looked = page?.next_cursor
    ? `the ${readAtMost} newest budgets`
    : formatQuantity(page?.data.length ?? 0, "budget");
  return (
    <Empty title="No budget is at risk">
      All of {looked} have used less than {riskPercent} % of their amount.
    </Empty>
  );
}

/** The budgets that will soon refuse calls, or already do. */
export function RiskPanel() {
  const query = useQuery({ ...budgetsQuery({ limit: readAtMost, sort: "-created_at" }), refetchInterval: refreshMs });
  return (
    <QueryPanel
      title="Budgets at risk"
      hint={`${riskPercent} % used or more`}
      query={query}
      lines={4}
      isEmpty={(page) => budgetsAtRisk(page.data).length === 0}
      empty={noneAtRisk(query.data)}
    >
      {(page) => {
        const atRisk = budgetsAtRisk(page.data);
        return (
          <>
            <Table
              label="Budgets at risk"
              head={
                <>
                  <HeadCell>On</HeadCell>
                  <HeadCell numeric>Spent</HeadCell>
                  <HeadCell>Used</HeadCell>
                  <HeadCell className="max-sm:hidden">Resets</HeadCell>
                </>
              }
            >
              {atRisk.slice(0, shownAtMost).map((budget) => (
                <BudgetRow key={budget.id} budget={budget} />
              ))}
            </Table>
            <Remainder page={page} atRisk={atRisk.length} />
          </>
        );
      }}
    </QueryPanel>
  );
}
