"use client";

import { scopeName } from "@/components/budgets/words";
import { ConfirmDeed } from "@/components/form/confirm-deed";
import { formatMoney } from "@/lib/client/format";
import { type BudgetRequest, useWithdraw } from "@/lib/requests/queries";

/** Asks before one's own request is taken back. */
export function WithdrawRequest({ request, onClose }: { request: BudgetRequest; onClose: () => void }) {
  return (
    <ConfirmDeed
      deed={useWithdraw(request.id)}
      order={undefined}
      title="Withdraw this request?"
      action="Withdraw"
      said="Request withdrawn"
      onClose={onClose}
    >
      <p className="text-muted">
        Nobody decides on the {formatMoney(request.amount_usd)} more of {scopeName(request.budget.scope)} then. You can
        ask again.
      </p>
    </ConfirmDeed>
  );
}
