"use client";

import { useState } from "react";
import { FormField, FormShell } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { Dialog } from "@/components/ui/dialog";
import { Textarea } from "@/components/ui/textarea";
import { useToast } from "@/components/ui/toast";
import { formatMoney, formatTime } from "@/lib/client/format";
import { type BudgetRequest, useApprove } from "@/lib/requests/queries";
import { type ApprovalDraft, approvalOf, startApproval } from "./approval-draft";
import { RequestSummary } from "./request-summary";
import { askerOf } from "./request-words";

const fields = ["amount_usd", "until", "note"] as const;

interface DecisionProps {
  request: BudgetRequest;
  onClose: () => void;
}

/** Grants more for a while, as asked or otherwise; it goes back by itself. */
export function ApproveDialog({ request, onClose }: DecisionProps) {
  const [draft, setDraft] = useState(() => startApproval(request));
  const [approve, tell] = [useApprove(request.id), useToast()];
  const edit = (next: Partial<ApprovalDraft>) => setDraft((now) => ({ ...now, ...next }));
  const { period_end } = request.budget.current;
  const send = () =>
    approve.mutate(approvalOf(draft, request), {
      onSuccess: ({ increase }) => {
        tell(
          "Approved",
          increase ? `${formatMoney(increase.amount_usd)} more until ${formatTime(increase.ends_at)}` : undefined,
        );
        onClose();
      },
    });
  return (
    <Dialog isOpen onClose={onClose} title={`Approve what ${askerOf(request)} asks for?`}>
      <FormShell
        error={approve.error}
        isBusy={approve.isPending}
        fields={fields}
        submit="Approve"
        canSubmit={draft.amount_usd.trim() !== "" && (draft.until_on !== "" || period_end !== null)}
        onCancel={onClose}
        onSubmit={send}
      >
        <RequestSummary request={request} />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            path="amount_usd"
            label="Grant in USD"
            hint="On top of the limit, at once."
            inputMode="decimal"
            value={draft.amount_usd}
            onChange={(amount_usd) => edit({ amount_usd })}
          />
          <TextField
            path="until"
            label="Until"
            hint={
              period_end
                ? `Goes back at the start of this day, UTC. Empty: when the period ends, ${formatTime(period_end)}.`
                : "Goes back at the start of this day, UTC."
            }
            type="date"
            value={draft.until_on}
            onChange={(until_on) => edit({ until_on })}
          />
        </div>
        <FormField path="note" label="Note" hint="Whoever asked reads it.">
          {(control) => (
            <Textarea
              {...control}
              rows={2}
              value={draft.note}
              onChange={(event) => edit({ note: event.target.value })}
            />
          )}
        </FormField>
      </FormShell>
    </Dialog>
  );
}
