"use client";

import { useQuery } from "@tanstack/react-query";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Empty } from "@/components/ui/empty";
import { budgetsQuery } from "@/lib/budgets/queries";
import { adminBudgetPath } from "@/lib/paths";
import { useBudgetActions } from "./budget-actions";
import { adminBudgetColumns } from "./budget-columns";
import { RiskFilter, ScopeFilter } from "./budget-filters";
import { scopeName } from "./words";

const filters = ["scope_type", "scope_id", "at_risk"] as const;

/** Every budget, whatever it is on. */
export function BudgetsTable({ mayWrite }: { mayWrite: boolean }) {
  const list = useListState(filters);
  const query = useQuery(budgetsQuery(list.query));
  const actions = useBudgetActions();
  return (
    <>
      <DataTable
        title="All budgets"
        hint="USD in the running period of each"
        columns={adminBudgetColumns}
        query={query}
        list={list}
        isTall
        idOf={(budget) => budget.id}
        nameOf={(budget) => `the ${budget.period} budget on ${scopeName(budget.scope)}`}
        linkOf={(budget) => adminBudgetPath(budget.id)}
        searchLabel="Name of what the budget is on"
        filters={
          <>
            <ScopeFilter list={list} />
            <RiskFilter list={list} />
          </>
        }
        csvPath="/budgets"
        rowMenu={mayWrite ? actions.menuOf : undefined}
        empty={
          <Empty title="No budgets yet">
            A budget on a team, a person or a key refuses the calls that it has no room for, and alerts before. Make one
            with “Create budget”.
          </Empty>
        }
      />
      {actions.dialog}
    </>
  );
}
