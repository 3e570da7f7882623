"use client";

import { useState } from "react";
import { BudgetMeter } from "@/components/budgets/budget-meter";
import { describeOn, describeTerms } from "@/components/budgets/words";
import { FormField, FormShell } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { useToast } from "@/components/ui/toast";
import type { Budget } from "@/lib/budgets/queries";
import { formatMoney } from "@/lib/client/format";
import { useAskForMore } from "@/lib/requests/queries";
import { type AskDraft, emptyAsk, newRequestOf } from "./ask-draft";

const fields = ["budget_id", "amount_usd", "until", "reason"] as const;
const nameOf = ({ scope, ...terms }: Budget) => `${describeOn(scope)}, ${describeTerms(terms)}`;

interface AskDialogProps {
  /** Those that one may ask about; the first is what shows. */
  budgets: readonly Budget[];
  onClose: () => void;
}

function AskFields({ draft, onChange }: { draft: AskDraft; onChange: (change: Partial<AskDraft>) => void }) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          path="amount_usd"
          label="How much more, USD"
          hint="On top of the limit."
          inputMode="decimal"
          placeholder="20.00"
          value={draft.amount_usd}
          onChange={(amount_usd) => onChange({ amount_usd })}
        />
        <TextField
          path="until"
          label="Until"
          hint="The start of this day, UTC. Empty: whoever decides says."
          type="date"
          value={draft.until_on}
          onChange={(until_on) => onChange({ until_on })}
        />
      </div>
      <FormField path="reason" label="Why" hint="Whoever decides reads it.">
        {(control) => (
          <Textarea
            {...control}
            rows={3}
            value={draft.reason}
            onChange={(event) => onChange({ reason: event.target.value })}
          />
        )}
      </FormField>
    </>
  );
}

/** Asks whoever sets the limit for more of a budget, for a while. */
export function AskDialog({ budgets, onClose }: AskDialogProps) {
  const [chosenId, choose] = useState(budgets[0]?.id ?? "");
  const [draft, setDraft] = useState(emptyAsk);
  const [ask, tell] = [useAskForMore(), useToast()];
  const chosen = budgets.find(({ id }) => id === chosenId);
  const send = () =>
    ask.mutate(newRequestOf(chosenId, draft), {
      onSuccess: ({ amount_usd }) => {
        tell(`You have asked for ${formatMoney(amount_usd)} more`, "It waits for others who may set this limit.");
        onClose();
      },
    });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Ask for more"
      lead="Goes to those who set this limit. What they grant is there at once, and goes back by itself."
    >
      <FormShell
        error={ask.error}
        isBusy={ask.isPending}
        fields={fields}
        submit="Ask"
        canSubmit={chosen !== undefined}
        onCancel={onClose}
        onSubmit={send}
      >
        <FormField path="budget_id" label="Of">
          {(control) => (
            <Select {...control} value={chosenId} onChange={({ target }) => choose(target.value)}>
              {budgets.map((budget) => (
                <option key={budget.id} value={budget.id}>
                  {nameOf(budget)}
                </option>
              ))}
            </Select>
          )}
        </FormField>
        {chosen ? <BudgetMeter budget={chosen} /> : null}
        <AskFields draft={draft} onChange={(next) => setDraft((now) => ({ ...now, ...next }))} />
      </FormShell>
    </Dialog>
  );
}
