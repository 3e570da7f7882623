"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { QueryPanel } from "@/components/layout/query-panel";
import { Bar } from "@/components/ui/bar";
import { Empty } from "@/components/ui/empty";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import { type Budget, budgetsQuery } from "@/lib/budgets/queries";
import { formatCount, formatMoney } from "@/lib/client/format";
import { adminBudgetPath, adminBudgetsPath } from "@/lib/paths";
import { ResetTime, RunOut } from "./budget-meter";
import { toneOf } from "./risk";
import { describeTerms, scopeLabels, scopeName } from "./words";

const refreshMs = 30_000;
const shownAtMost = 6;
const atRisk = { at_risk: "true", sort: "-percent" };
export const riskPath = `${adminBudgetsPath}?${new URLSearchParams(atRisk)}`;

/** Budgets at risk, the fullest first, as many as one looks through. */
export const riskQuery = () => ({ ...budgetsQuery({ ...atRisk, limit: 200 }), refetchInterval: refreshMs });

function BudgetRow({ budget }: { budget: Budget }) {
  const { current, scope } = budget;
  return (
    <Row>
      <Cell>
        <Link href={adminBudgetPath(budget.id)} className="font-medium break-words hover:underline">
          {scopeName(scope)}
        </Link>
        <span className="block text-xs text-muted">
          {scopeLabels[scope.type]}, {describeTerms(budget)}
        </span>
      </Cell>
      <Cell numeric>
        {formatMoney(current.spent_usd)}
        <span className="block text-xs text-muted">of {formatMoney(budget.effective_limit_usd)}</span>
      </Cell>
      <Cell className="w-20 sm:w-28">
        <span className="tabular-nums">{formatCount(Math.round(current.percent))} %</span>
        <Bar percent={current.percent} tone={toneOf(current.percent)} className="mt-1" />
      </Cell>
      <Cell className="max-sm:hidden">
        <RunOut budget={budget} />
      </Cell>
      <Cell className="max-md:hidden">
        <ResetTime budget={budget} />
      </Cell>
    </Row>
  );
}

/** What stands there when nothing is at risk: that is good news only where there are budgets. */
function NoneAtRisk() {
  const { data } = useQuery(budgetsQuery({ limit: 1 }));
  if (data?.data.length === 0)
    return (
      <Empty title="No budgets yet">
        A budget on a team, a person or a key refuses the calls that it has no room for, and alerts before.
      </Empty>
    );
  return (
    <Empty title="No budget is at risk">
      None has reached its first threshold, and none runs out before its period ends if spending goes on as it does.
    </Empty>
  );
}

/** The budgets that will soon refuse calls, or already do. */
export function RiskPanel() {
  const query = useQuery(riskQuery());
  return (
    <QueryPanel
      title="Budgets at risk"
      hint="Past the first threshold, or running out before the period ends"
      query={query}
      lines={4}
      action={
        <Link href={riskPath} className="text-sm text-accent underline">
          {query.data && query.data.data.length > shownAtMost ? "All of them" : "In the list"}
        </Link>
      }
      isEmpty={({ data }) => data.length === 0}
      empty={<NoneAtRisk />}
    >
      {({ data }) => (
        <Table
          label="Budgets at risk"
          head={
            <>
              <HeadCell>On</HeadCell>
              <HeadCell numeric>Spent</HeadCell>
              <HeadCell>Used</HeadCell>
              <HeadCell className="max-sm:hidden">Runs out</HeadCell>
              <HeadCell className="max-md:hidden">Resets</HeadCell>
            </>
          }
        >
          {data.slice(0, shownAtMost).map((budget) => (
            <BudgetRow key={budget.id} budget={budget} />
          ))}
        </Table>
      )}
    </QueryPanel>
  );
}
