"use client";

import { useState } from "react";
import { FormField, FormShell } from "@/components/form/form-shell";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import { useToast } from "@/components/ui/toast";
import { ZoneSelect } from "@/components/usage/range-bar";
import { type Budget, useCreateBudget } from "@/lib/budgets/queries";
import { periodKinds } from "@/lib/periods";
import { type BudgetDraft, type BudgetOn, budgetFields, emptyDraft, newBudgetOf, scopeOf } from "./budget-draft";
import { ScopeFields } from "./scope-fields";
import { LimitField, TermsFields } from "./terms-fields";
import { periodLabels, scopeLabels } from "./words";

interface BudgetDialogProps {
  /** What the budget is on, where that is clear from where one comes from; picked in the dialog otherwise. */
  on?: BudgetOn;
  onClose: () => void;
  onMade?: (budget: Budget) => void;
}

function PeriodFields({ draft, onChange }: { draft: BudgetDraft; onChange: (change: Partial<BudgetDraft>) => void }) {
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <LimitField draft={draft} onChange={onChange} />
      <FormField path="period" label="Period">
        {(control) => (
          <Select
            {...control}
            value={draft.period}
            onChange={({ target }) =>
              onChange({ period: periodKinds.find((kind) => kind === target.value) ?? "monthly" })
            }
          >
            {(["daily", "weekly", "monthly", "yearly", "total"] as const).map((kind) => (
              <option key={kind} value={kind}>
                {periodLabels[kind]}
              </option>
            ))}
          </Select>
        )}
      </FormField>
      {draft.period === "total" ? null : (
        <FormField path="timezone" label="Time zone" hint="Its midnight starts a period.">
          {(control) => (
            <ZoneSelect
              {...control}
              className="w-full"
              zone={draft.timezone}
              onChange={(timezone) => onChange({ timezone })}
            />
          )}
        </FormField>
      )}
    </div>
  );
}

/** Makes a budget, for whoever may set limits there. What was already spent in the running period counts from the first moment. */
export function BudgetDialog({ on, onClose, onMade }: BudgetDialogProps) {
  const [draft, setDraft] = useState(emptyDraft);
  const [create, tell] = [useCreateBudget(), useToast()];
  const change = (next: Partial<BudgetDraft>) => setDraft((now) => ({ ...now, ...next }));
  const scope = on ? { type: on.type, id: on.id } : scopeOf(draft);
  const send = () => {
    if (!scope) return;
    create.mutate(newBudgetOf(draft, scope), {
      onSuccess: (budget) => {
        tell(`Budget on ${budget.scope.name ?? budget.scope.id} set`);
        onMade?.(budget);
        onClose();
      },
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={on ? `Set a budget on ${on.name}` : "Create a budget"}
      lead={`${on ? `${scopeLabels[on.type]}. ` : ""}What was spent in the running period counts from the first moment.`}
    >
      <FormShell
        error={create.error}
        isBusy={create.isPending}
        fields={budgetFields}
        submit="Create budget"
        canSubmit={scope !== null && draft.limit_usd.trim() !== ""}
        onCancel={onClose}
        onSubmit={send}
      >
        {on ? null : <ScopeFields draft={draft} onChange={change} />}
        <PeriodFields draft={draft} onChange={change} />
        <TermsFields draft={draft} onChange={change} thresholdsHint="Between commas. Empty: as the settings say." />
      </FormShell>
    </Dialog>
  );
}
