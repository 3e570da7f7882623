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
import { toneOf } from "./risk";

const refreshMs = 30_000;
const shownAtMost = 6;

/** Budgets at risk, the fullest first, as many as one looks through. */
export const riskQuery = () => ({
  ...budgetsQuery({ at_risk: true, sort: "-percent", limit: 200 }),
  refetchInterval: refreshMs,
});

/** When the budget is used up, if that comes before it resets. */
function RunsOut({ current }: Pick<Budget, "current">) {
  if (current.percent >= 100) return <span className="text-danger">Used up</span>;
  if (current.projected_exhaustion_at) return <Time value={current.projected_exhaustion_at} />;
  return <span className="text-muted">Not before it resets</span>;
}

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
        <RunsOut current={current} />
        <span className="block text-xs text-muted">
          {current.period_end ? (
            <>
              resets <Time value={current.period_end} />
            </>
          ) : (
            "never resets"
          )}
        </span>
      </Cell>
    </Row>
  );
}

const none = (
  <Empty title="No budget is at risk">
    One is from the lowest of its thresholds on, or as soon as it is going to be used up before it resets.
  </Empty>
);

/** The budgets that will soon refuse calls, or already do. */
export function RiskPanel() {
  const query = useQuery(riskQuery());
  return (
    <QueryPanel
      title="Budgets at risk"
      hint="the fullest first"
      query={query}
      lines={4}
      isEmpty={({ data }) => data.length === 0}
      empty={none}
    >
      {({ data, next_cursor }) => (
        <>
          <Table
            label="Budgets at risk"
            head={
              <>
                <HeadCell>On</HeadCell>
                <HeadCell numeric>Spent</HeadCell>
                <HeadCell>Used</HeadCell>
                <HeadCell className="max-sm:hidden">Runs out</HeadCell>
              </>
            }
          >
            {data.slice(0, shownAtMost).map((budget) => (
              <BudgetRow key={budget.id} budget={budget} />
            ))}
          </Table>
          {data.length > shownAtMost ? (
            <p className="border-t border-line px-4 py-2 text-xs text-muted">
              {next_cursor ? "More than " : ""}
              {formatQuantity(data.length - shownAtMost, "more budget")} at risk.
            </p>
          ) : null}
        </>
      )}
    </QueryPanel>
  );
}
