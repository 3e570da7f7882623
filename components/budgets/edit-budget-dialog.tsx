"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormShell } from "@/components/form/form-shell";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { type Budget, budgetQuery, useUpdateBudget } from "@/lib/budgets/queries";
import { formatMoney } from "@/lib/client/format";
import { formatUsd, parseUsd } from "@/lib/money";
import { changeOf, type TermsDraft, termsOf } from "./budget-draft";
import { LimitField, TermsFields } from "./terms-fields";
import { describeTerms, scopeName } from "./words";

const fields = ["limit_usd", "hard", "thresholds"] as const;

function hintOf({ limit_usd, effective_limit_usd, increases }: Budget): string | undefined {
  if (increases.length === 0) return undefined;
  const extra = formatUsd(parseUsd(effective_limit_usd) - parseUsd(limit_usd));
  return `${formatMoney(extra)} of temporary increases stay on top of it until they end.`;
}

/** Changes how much a budget gives and what happens at its limit; what it is on and its period stay. */
export function EditBudgetDialog({ target, onClose }: { target: Budget; onClose: () => void }) {
  const [base, setBase] = useState(target);
  const [draft, setDraft] = useState(() => termsOf(target));
  const { data: stored } = useQuery(budgetQuery(target.id));
  const [update, tell] = [useUpdateBudget(target.id), useToast()];
  const change = changeOf(base, draft);
  const name = scopeName(target.scope);
  const save = (version: number) =>
    update.mutate(
      { change, version },
      {
        onSuccess: () => {
          tell(`Budget on ${name} saved`);
          onClose();
        },
      },
    );
  const reload = () => {
    update.reset();
    if (!stored) return;
    setBase(stored);
    setDraft(termsOf(stored));
  };
  const edit = (next: Partial<TermsDraft>) => setDraft((now) => ({ ...now, ...next }));
  return (
    <Dialog isOpen onClose={onClose} title={`Edit the budget on ${name}`} lead={describeTerms(target)}>
      <FormShell
        error={update.error}
        isBusy={update.isPending}
        fields={fields}
        submit="Save"
        canSubmit={Object.keys(change).length > 0}
        onCancel={onClose}
        onSubmit={() => save(base.version)}
        conflict={{ what: "this budget", onReload: reload, onOverwrite: () => save((stored ?? base).version) }}
      >
        <LimitField draft={draft} onChange={edit} hint={hintOf(base)} />
        <TermsFields draft={draft} onChange={edit} thresholdsHint="Between commas. Empty: no alerts." />
      </FormShell>
    </Dialog>
  );
}
