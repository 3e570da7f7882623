"use client";

import { X } from "lucide-react";
import type { ControlProps } from "@/components/form/field";
import { Picker, type Source } from "@/components/form/picker";
import { modelSource } from "./model-source";

/** Models by name, and whatever was typed as a pattern of names. */
const patternSource: Source = {
  name: "model-patterns",
  search: async (q, signal) => {
    const found = await modelSource.search(q.replaceAll("*", ""), signal);
    if (q === "" || found.some(({ id }) => id === q)) return found;
    return [...found, { id: q, label: q, note: "as written; * stands for anything" }];
  },
};

interface ModelsFieldProps {
  control: ControlProps;
  value: readonly string[];
  onChange: (value: string[]) => void;
}

/** A list of models or patterns of their names, one added at a time. */
export function ModelsField({ control, value, onChange }: ModelsFieldProps) {
  return (
    <div className="space-y-2">
      <Picker
        {...control}
        source={patternSource}
        value={null}
        placeholder="Add a model"
        onChange={(option) => option && !value.includes(option.id) && onChange([...value, option.id])}
      />
      {value.length > 0 ? (
        <ul className="flex flex-wrap gap-1.5">
          {value.map((name) => (
            <li key={name} className="flex items-center gap-1 rounded-sm bg-sunken py-0.5 pr-0.5 pl-2 text-sm">
              <span className="break-all">{name}</span>
              <button
                type="button"
                aria-label={`Remove ${name}`}
                onClick={() => onChange(value.filter((other) => other !== name))}
                className="flex size-6 items-center justify-center rounded-sm text-muted hover:text-ink disabled:invisible"
              >
                <X aria-hidden="true" className="size-3.5" />
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
