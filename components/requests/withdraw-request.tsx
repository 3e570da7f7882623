"use client";

import { scopeName } from "@/components/budgets/words";
import { Confirm } from "@/components/ui/confirm";
import { useToast } from "@/components/ui/toast";
import { formatMoney } from "@/lib/client/format";
import { type BudgetRequest, useWithdraw } from "@/lib/requests/queries";

/** Asks before one's own request is taken back. */
export function WithdrawRequest({ request, onClose }: { request: BudgetRequest; onClose: () => void }) {
  const [withdraw, tell] = [useWithdraw(request.id), useToast()];
  const carryOut = () =>
    withdraw.mutate(undefined, {
      onSuccess: () => {
        tell("Request withdrawn");
        onClose();
      },
    });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title="Withdraw this request?"
      action="Withdraw"
      isBusy={withdraw.isPending}
      error={withdraw.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">
        Nobody decides on the {formatMoney(request.amount_usd)} more of {scopeName(request.budget.scope)} then. You can
        ask again.
      </p>
    </Confirm>
  );
}
