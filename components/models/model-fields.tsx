"use client";

import { FormField } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { Select } from "@/components/ui/select";
import { modelKinds } from "@/lib/models/schema";
import type { ModelDraft } from "./model-draft";

interface ModelFieldsProps {
  draft: ModelDraft;
  onChange: (change: Partial<ModelDraft>) => void;
  /** Where the kind may be left to be told from the name. */
  mayGuess?: true;
}

const limits = { max_input_tokens: "Max prompt tokens", max_output_tokens: "Max completion tokens" } as const;
const limitNames = ["max_input_tokens", "max_output_tokens"] as const;

/** What a model is called, is, and can take: the part that making and changing one have in common. */
export function ModelFields({ draft, onChange, mayGuess }: ModelFieldsProps) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          path="display_name"
          label="Display name"
          value={draft.display_name}
          onChange={(display_name) => onChange({ display_name })}
        />
        <TextField
          path="upstream_name"
          label="Name at the provider"
          placeholder={mayGuess ? "The same" : undefined}
          value={draft.upstream_name}
          onChange={(upstream_name) => onChange({ upstream_name })}
        />
      </div>
      <div className="grid items-end gap-4 sm:grid-cols-3">
        <FormField path="kind" label="Kind">
          {(control) => (
            <Select
              {...control}
              value={draft.kind}
              onChange={(event) => onChange({ kind: modelKinds.find((kind) => kind === event.target.value) ?? "" })}
            >
              {mayGuess ? <option value="">From the name</option> : null}
              {modelKinds.map((kind) => (
                <option key={kind} value={kind}>
                  {kind}
                </option>
              ))}
            </Select>
          )}
        </FormField>
        {limitNames.map((name) => (
          <TextField
            key={name}
            path={name}
            label={limits[name]}
            type="number"
            inputMode="numeric"
            placeholder={mayGuess && name === "max_input_tokens" ? "As listed" : "No limit"}
            value={draft[name]}
            onChange={(text) => onChange({ [name]: text })}
          />
        ))}
      </div>
    </>
  );
}
