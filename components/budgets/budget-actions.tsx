"use client";

import { type Acts, useActs } from "@/components/table/use-acts";
import type { Budget } from "@/lib/budgets/queries";
import { DeleteBudget } from "./delete-budget";
import { EditBudgetDialog } from "./edit-budget-dialog";
import { scopeName } from "./words";

/** What can be done with budgets, for whoever may set limits. */
export function useBudgetActions(onDeleted?: () => void): Acts<Budget> {
  return useActs({
    labels: { edit: "Edit", delete: "Delete" },
    actsOn: () => ["edit", "delete"] as const,
    nameOf: ({ period, scope }) => `the ${period} budget on ${scopeName(scope)}`,
    danger: "delete",
    dialogOf: ({ act, ...rest }) =>
      act === "edit" ? <EditBudgetDialog {...rest} /> : <DeleteBudget {...rest} onDone={onDeleted} />,
  });
}
