"use client";

import { useQuery } from "@tanstack/react-query";
import { EditDialog, unlessEmpty } from "@/components/form/edit-dialog";
import { type Budget, type BudgetChange, budgetQuery, useUpdateBudget } from "@/lib/budgets/queries";
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
  const { data: stored } = useQuery(budgetQuery(target.id));
  const name = scopeName(target.scope);
  return (
    <EditDialog<Budget, TermsDraft, BudgetChange>
      title={`Edit the budget on ${name}`}
      lead={describeTerms(target)}
      what="budget"
      target={target}
      stored={stored}
      update={useUpdateBudget(target.id)}
      draftOf={termsOf}
      changeOf={(base, draft) => unlessEmpty(changeOf(base, draft))}
      fields={fields}
      saidOf={() => `Budget on ${name} saved`}
      onClose={onClose}
    >
      {({ base, draft, edit }) => (
        <>
          <LimitField draft={draft} onChange={edit} hint={hintOf(base)} />
          <TermsFields draft={draft} onChange={edit} thresholdsHint="Between commas. Empty: no alerts." />
        </>
      )}
    </EditDialog>
  );
}
