"use client";

import { Confirm } from "@/components/ui/confirm";
import { useToast } from "@/components/ui/toast";
import { type Budget, useDeleteBudget } from "@/lib/budgets/queries";
import { formatMoney } from "@/lib/client/format";
import { scopeName } from "./words";

interface DeleteBudgetProps {
  target: Budget;
  onClose: () => void;
  onDeleted?: (() => void) | undefined;
}

/** Asks before a budget is taken away. */
export function DeleteBudget({ target, onClose, onDeleted }: DeleteBudgetProps) {
  const [remove, tell] = [useDeleteBudget(target.id), useToast()];
  const name = scopeName(target.scope);
  const carryOut = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        tell(`Budget on ${name} deleted`);
        onClose();
        onDeleted?.();
      },
    });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`Delete the ${target.period} budget on ${name}?`}
      action="Delete"
      isBusy={remove.isPending}
      error={remove.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">
        {target.hard
          ? `Nothing stops calls at ${formatMoney(target.effective_limit_usd)} any more. `
          : "Nothing alerts at its thresholds any more. "}
        Its periods, alerts, increases and requests go with it; the calls and what they cost stay. This cannot be taken
        back.
      </p>
    </Confirm>
  );
}
