import Link from "next/link";
import type { Column } from "@/components/table/columns";
import type { Budget } from "@/lib/budgets/queries";
import { formatMoney } from "@/lib/client/format";
import { BudgetMeter, Limit, ResetTime, RunOut } from "./budget-meter";
import { adminScopePath, describeTerms, scopeLabels, scopeName } from "./words";

const on: Column<Budget> = {
  header: "On",
  className: "min-w-44",
  cell: ({ scope }) => <span className="font-medium wrap-anywhere">{scopeName(scope)}</span>,
  note: (budget) => `${scopeLabels[budget.scope.type]}, ${describeTerms(budget)}`,
};
const onLinked: Column<Budget> = {
  ...on,
  note: ({ scope, ...terms }) => (
    <>
      <Link
        href={adminScopePath(scope)}
        aria-label={`${scopeLabels[scope.type]} ${scopeName(scope)}`}
        className="relative underline decoration-line-strong underline-offset-2 hover:text-ink"
      >
        {scopeLabels[scope.type]}
      </Link>
      , {describeTerms(terms)}
    </>
  ),
};
const used: Column<Budget> = {
  header: "Used",
  sort: "percent",
  sortsDown: true,
  cell: (budget) => <BudgetMeter budget={budget} />,
};
const spent: Column<Budget> = {
  header: "Spent",
  sort: "spent",
  sortsDown: true,
  numeric: true,
  priority: "wide",
  isStacked: true,
  cell: ({ current }) => <span title={`${current.spent_usd} USD`}>{formatMoney(current.spent_usd)}</span>,
};
const limit: Column<Budget> = {
  header: "Limit",
  sort: "limit",
  sortsDown: true,
  numeric: true,
  cell: (budget) => <Limit budget={budget} />,
};
const runsOut: Column<Budget> = {
  header: "Runs out",
  cell: (budget) => <RunOut budget={budget} />,
  priority: "wide",
  isStacked: true,
};
const resets: Column<Budget> = {
  header: "Resets",
  sort: "resets_at",
  cell: (budget) => <ResetTime budget={budget} />,
};

export const adminBudgetColumns: readonly Column<Budget>[] = [onLinked, used, spent, limit, runsOut, resets];
export const myBudgetColumns: readonly Column<Budget>[] = [on, used, spent, limit, runsOut, resets];
