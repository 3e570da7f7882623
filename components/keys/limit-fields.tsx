"use client";

import { FormField } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { ModelsField } from "@/components/models/models-field";
import { type LimitDraft, limitLabels, limitNames } from "./limit-draft";

interface LimitFieldsProps {
  draft: LimitDraft;
  onChange: (change: Partial<LimitDraft>) => void;
  /** What is left where no model is listed. */
  modelsHint?: string;
}

/** Which models, and how fast: the part that keys have in common with people and teams. */
export function LimitFields({
  draft,
  onChange,
  modelsHint = "None listed: all that the owner and the team may call.",
}: LimitFieldsProps) {
  return (
    <>
      <FormField path="allowed_models" label="Models" hint={modelsHint}>
        {(control) => (
          <ModelsField
            control={control}
            value={draft.allowed_models}
            onChange={(allowed_models) => onChange({ allowed_models })}
          />
        )}
      </FormField>
      <FormField path="blocked_models" label="Blocked models">
        {(control) => (
          <ModelsField
            control={control}
            value={draft.blocked_models}
            onChange={(blocked_models) => onChange({ blocked_models })}
          />
        )}
      </FormField>
      <div className="grid gap-4 sm:grid-cols-3">
        {limitNames.map((name) => (
          <TextField
            key={name}
            path={name}
            label={limitLabels[name]}
            type="number"
            min={1}
            inputMode="numeric"
            placeholder="No limit"
            value={draft[name]}
            onChange={(text) => onChange({ [name]: text })}
          />
        ))}
      </div>
    </>
  );
}
