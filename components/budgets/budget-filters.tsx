"use client";

import type { ListState } from "@/components/table/use-list-state";
import { Select } from "@/components/ui/select";
import { scopeTypes } from "@/lib/budgets/schema";
import { scopeLabels } from "./words";

/** Narrows budgets to those at risk, or to the others. */
export function RiskFilter({ list }: { list: ListState<"at_risk"> }) {
  return (
    <Select
      aria-label="Risk"
      className="max-sm:flex-1 sm:w-36"
      value={list.filters.at_risk ?? ""}
      onChange={(event) => list.filterBy({ at_risk: event.target.value || null })}
    >
      <option value="">At risk or not</option>
      <option value="true">At risk</option>
      <option value="false">Not at risk</option>
    </Select>
  );
}

/** Narrows budgets by what they are on. */
export function ScopeFilter({ list }: { list: ListState<"scope_type" | "scope_id"> }) {
  return (
    <Select
      aria-label="On a"
      className="max-sm:flex-1 sm:w-40"
      value={list.filters.scope_type ?? ""}
      // A thing of one kind is none of another.
      onChange={(event) => list.filterBy({ scope_type: event.target.value || null, scope_id: null })}
    >
      <option value="">On anything</option>
      {scopeTypes.map((type) => (
        <option key={type} value={type}>
          {scopeLabels[type]}
        </option>
      ))}
    </Select>
  );
}
