"use client";

import { ConfirmDeed } from "@/components/form/confirm-deed";
import { type Budget, useDeleteBudget } from "@/lib/budgets/queries";
import { formatMoney } from "@/lib/client/format";
import { scopeName } from "./words";

interface DeleteBudgetProps {
  target: Budget;
  onClose: () => void;
  onDone: (() => void) | undefined;
}

/** Asks before a budget is taken away. */
export function DeleteBudget({ target, ...rest }: DeleteBudgetProps) {
  const name = scopeName(target.scope);
  return (
    <ConfirmDeed
      deed={useDeleteBudget(target.id)}
      order={undefined}
      title={`Delete the ${target.period} budget on ${name}?`}
      action="Delete"
      said={`Budget on ${name} deleted`}
      {...rest}
    >
      <p className="text-muted">
        {target.hard
          ? `Nothing stops calls at ${formatMoney(target.effective_limit_usd)} any more. `
          : "Nothing alerts at its thresholds any more. "}
        Its periods, alerts, increases and requests go with it; the calls and what they cost stay. This cannot be taken
        back.
      </p>
    </ConfirmDeed>
  );
}
