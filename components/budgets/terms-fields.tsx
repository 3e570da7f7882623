"use client";

import { FormField } from "@/components/form/form-shell";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import type { TermsDraft } from "./budget-draft";

interface TermsFieldsProps {
  draft: TermsDraft;
  onChange: (change: Partial<TermsDraft>) => void;
}

export function LimitField({ draft, onChange, hint }: TermsFieldsProps & { hint?: string | undefined }) {
  return (
    <FormField path="limit_usd" label="Limit in USD" hint={hint}>
      {(control) => (
        <Input
          {...control}
          inputMode="decimal"
          autoComplete="off"
          placeholder="100.00"
          className="h-9 text-sm"
          value={draft.limit_usd}
          onChange={(event) => onChange({ limit_usd: event.target.value })}
        />
      )}
    </FormField>
  );
}

/** What happens at the limit and on the way to it. */
export function TermsFields({ draft, onChange, thresholdsHint }: TermsFieldsProps & { thresholdsHint: string }) {
  return (
    <>
      <FormField path="thresholds" label="Alerts at, in % of the limit" hint={thresholdsHint}>
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            placeholder="50, 75, 90, 100"
            className="h-9 text-sm"
            value={draft.thresholds}
            onChange={(event) => onChange({ thresholds: event.target.value })}
          />
        )}
      </FormField>
      <Checkbox
        label="Hard: refuse calls that have no room"
        hint="Without this the budget only counts and alerts."
        checked={draft.hard}
        onChange={(event) => onChange({ hard: event.target.checked })}
      />
    </>
  );
}
