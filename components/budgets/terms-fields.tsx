"use client";

import { TextField } from "@/components/form/text-field";
import { Checkbox } from "@/components/ui/checkbox";
import type { TermsDraft } from "./budget-draft";

interface TermsFieldsProps {
  draft: TermsDraft;
  onChange: (change: Partial<TermsDraft>) => void;
}

export function LimitField({ draft, onChange, hint }: TermsFieldsProps & { hint?: string | undefined }) {
  return (
    <TextField
      path="limit_usd"
      label="Limit in USD"
      hint={hint}
      inputMode="decimal"
      placeholder="100.00"
      value={draft.limit_usd}
      onChange={(limit_usd) => onChange({ limit_usd })}
    />
  );
}

/** What happens at the limit and on the way to it. */
export function TermsFields({ draft, onChange, thresholdsHint }: TermsFieldsProps & { thresholdsHint: string }) {
  return (
    <>
      <TextField
        path="thresholds"
        label="Alerts at, in % of the limit"
        hint={thresholdsHint}
        placeholder="50, 75, 90, 100"
        value={draft.thresholds}
        onChange={(thresholds) => onChange({ thresholds })}
      />
      <Checkbox
        label="Hard: refuse calls that have no room"
        hint="Without this the budget only counts and alerts."
        checked={draft.hard}
        onChange={(event) => onChange({ hard: event.target.checked })}
      />
    </>
  );
}
