"use client";

import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import type { Budget } from "@/lib/budgets/queries";
import { DeleteBudget } from "./delete-budget";
import { EditBudgetDialog } from "./edit-budget-dialog";
import { scopeName } from "./words";

interface BudgetActions {
  /** The deeds on one budget of a list. */
  menuOf: (budget: Budget) => ReactNode;
  /** The same as buttons, for the budget's own page. */
  buttonsOf: (budget: Budget) => ReactNode;
  /** The dialog of the deed that was chosen; stands once, beside the list. */
  dialog: ReactNode;
}

/** What can be done with budgets, for whoever may set limits. */
export function useBudgetActions(onDeleted?: () => void): BudgetActions {
  const [chosen, choose] = useState<{ act: "edit" | "delete"; target: Budget } | null>(null);
  const close = () => choose(null);
  return {
    menuOf: (target) => (
      <Menu
        label={`Actions on the ${target.period} budget on ${scopeName(target.scope)}`}
        actions={[
          { label: "Edit", onSelect: () => choose({ act: "edit", target }) },
          { label: "Delete", onSelect: () => choose({ act: "delete", target }), isDangerous: true },
        ]}
      />
    ),
    buttonsOf: (target) => (
      <>
        <Button onClick={() => choose({ act: "edit", target })}>Edit</Button>
        <Button onClick={() => choose({ act: "delete", target })}>Delete</Button>
      </>
    ),
    dialog:
      chosen?.act === "edit" ? (
        <EditBudgetDialog target={chosen.target} onClose={close} />
      ) : chosen ? (
        <DeleteBudget target={chosen.target} onClose={close} onDeleted={onDeleted} />
      ) : null,
  };
}
