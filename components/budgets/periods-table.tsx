"use client";

import { useQuery } from "@tanstack/react-query";
import { usePathname } from "next/navigation";
import type { Column } from "@/components/table/columns";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Bar } from "@/components/ui/bar";
import { Empty } from "@/components/ui/empty";
import { type Budget, type BudgetPeriod, budgetPeriodsQuery } from "@/lib/budgets/queries";
import { formatCount, formatMoney } from "@/lib/client/format";
import { parseUsd } from "@/lib/money";
import { toneOf } from "./risk";
import { describePeriod } from "./words";

const noFilters = [] as const;
const rowsShown = 6;

/** For drawing and for a figure in whole percent only. */
function percentOf({ spent_usd, limit_usd }: BudgetPeriod): number {
  const limit = parseUsd(limit_usd);
  return limit === 0n ? 100 : Number((parseUsd(spent_usd) * 10_000n) / limit) / 100;
}

function columnsFor(budget: Budget): readonly Column<BudgetPeriod>[] {
  return [
    {
      header: "Period",
      sort: "period_start",
      sortsDown: true,
      cell: (period) => describePeriod(period, budget),
      note: ({ period_start }) => (period_start === budget.current.period_start ? "running" : budget.timezone),
    },
    { header: "Spent", numeric: true, cell: ({ spent_usd }) => formatMoney(spent_usd) },
    {
      header: "Of the limit as it is now",
      cell: (period) => (
        <span className="block min-w-28">
          <span className="tabular-nums">{formatCount(Math.round(percentOf(period)))} %</span>
          <Bar percent={percentOf(period)} tone={toneOf(percentOf(period))} className="mt-1" />
        </span>
      ),
    },
  ];
}

/** What was spent in each period; a period leads to its burn-down. */
export function PeriodsTable({ budget }: { budget: Budget }) {
  const pathname = usePathname();
  const list = useListState(noFilters, rowsShown);
  const query = useQuery(budgetPeriodsQuery(budget.id, list.query));
  const linkOf = ({ period_start }: BudgetPeriod) =>
    period_start === budget.current.period_start
      ? pathname
      : `${pathname}?${new URLSearchParams({ period: period_start })}`;
  return (
    <DataTable
      title="History"
      hint="Periods in which something was charged"
      columns={columnsFor(budget)}
      query={query}
      list={list}
      idOf={({ period_start }) => period_start}
      nameOf={(period) => describePeriod(period, budget)}
      linkOf={linkOf}
      csvPath={`/budgets/${budget.id}/periods`}
      empty={<Empty title="No periods yet">The first one is kept when something is charged to the budget.</Empty>}
    />
  );
}
