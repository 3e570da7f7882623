"use client";

import { FormField } from "@/components/form/form-shell";
import { Input } from "@/components/ui/input";
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
        <FormField path="display_name" label="Display name">
          {(control) => (
            <Input
              {...control}
              maxLength={120}
              className="h-9 text-sm"
              value={draft.display_name}
              onChange={(event) => onChange({ display_name: event.target.value })}
            />
          )}
        </FormField>
        <FormField path="upstream_name" label="Name at the provider">
          {(control) => (
            <Input
              {...control}
              autoComplete="off"
              maxLength={200}
              placeholder={mayGuess ? "The same" : undefined}
              className="h-9 text-sm"
              value={draft.upstream_name}
              onChange={(event) => onChange({ upstream_name: event.target.value })}
            />
          )}
        </FormField>
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
          <FormField key={name} path={name} label={limits[name]}>
            {(control) => (
              <Input
                {...control}
                type="number"
                inputMode="numeric"
                placeholder={mayGuess && name === "max_input_tokens" ? "As listed" : "No limit"}
                className="h-9 text-sm"
                value={draft[name]}
                onChange={(event) => onChange({ [name]: event.target.value })}
              />
            )}
          </FormField>
        ))}
      </div>
    </>
  );
}
