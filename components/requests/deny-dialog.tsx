"use client";

import { useState } from "react";
import { FormField, FormShell } from "@/components/form/form-shell";
import { Dialog } from "@/components/ui/dialog";
import { Textarea } from "@/components/ui/textarea";
import { useToast } from "@/components/ui/toast";
import { type BudgetRequest, useDeny } from "@/lib/requests/queries";
import { RequestSummary } from "./request-summary";
import { askerOf } from "./request-words";

/** Says no, with a reason. */
export function DenyDialog({ request, onClose }: { request: BudgetRequest; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [deny, tell] = [useDeny(request.id), useToast()];
  const send = () =>
    deny.mutate(
      { reason },
      {
        onSuccess: () => {
          tell("Denied", `${askerOf(request)} is told why.`);
          onClose();
        },
      },
    );
  return (
    <Dialog isOpen onClose={onClose} title={`Deny what ${askerOf(request)} asks for?`}>
      <FormShell
        error={deny.error}
        isBusy={deny.isPending}
        fields={["reason"]}
        submit="Deny"
        onCancel={onClose}
        onSubmit={send}
      >
        <RequestSummary request={request} />
        <FormField path="reason" label="Reason" hint="Whoever asked reads it.">
          {(control) => (
            <Textarea {...control} rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
          )}
        </FormField>
      </FormShell>
    </Dialog>
  );
}
