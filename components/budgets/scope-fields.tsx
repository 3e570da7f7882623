"use client";

import { FormField } from "@/components/form/form-shell";
import { Picker, type Source } from "@/components/form/picker";
import { keySource } from "@/components/keys/key-source";
import { teamSource } from "@/components/teams/team-source";
import { Select } from "@/components/ui/select";
import { userSource } from "@/components/users/user-source";
import { type ScopeType, scopeTypes } from "@/lib/budgets/schema";
import type { BudgetDraft } from "./budget-draft";
import { scopeLabels } from "./words";

type Part = "team" | "user" | "key";

const pickers: Record<Part, { label: string; source: Source }> = {
  team: { label: "Team", source: teamSource },
  user: { label: "Person", source: userSource },
  key: { label: "Key", source: keySource },
};
const partsOf: Record<ScopeType, readonly Part[]> = {
  team: ["team"],
  user: ["user"],
  key: ["key"],
  member: ["team", "user"],
};
const hints: Record<ScopeType, string> = {
  team: "All calls of the team and of the teams below it.",
  user: "All calls of the person, in whatever team.",
  key: "All calls with the key and with keys made from it.",
  member: "The person’s calls in this team and below it.",
};

interface ScopeFieldsProps {
  draft: BudgetDraft;
  onChange: (change: Partial<BudgetDraft>) => void;
}

/** On what a budget is: the kind of thing, and which one. */
export function ScopeFields({ draft, onChange }: ScopeFieldsProps) {
  const parts = partsOf[draft.type];
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <FormField path="scope.type" label="On a" hint={hints[draft.type]}>
        {(control) => (
          <Select
            {...control}
            value={draft.type}
            onChange={({ target }) => onChange({ type: scopeTypes.find((type) => type === target.value) ?? "team" })}
          >
            {(["team", "user", "key", "member"] as const).map((type) => (
              <option key={type} value={type}>
                {scopeLabels[type]}
              </option>
            ))}
          </Select>
        )}
      </FormField>
      <div className="space-y-4">
        {parts.map((part, index) => (
          <FormField
            key={part}
            // Of a place in a team the server names the whole; it stands below the last picker.
            path={index === parts.length - 1 ? "scope.id" : `scope.${part}`}
            label={pickers[part].label}
          >
            {(control) => (
              <Picker
                {...control}
                source={pickers[part].source}
                value={draft[part]}
                onChange={(option) => onChange({ [part]: option })}
              />
            )}
          </FormField>
        ))}
      </div>
    </div>
  );
}
