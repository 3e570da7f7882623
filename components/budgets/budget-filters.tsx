"use client";

import { ChoiceFilter } from "@/components/table/choice-filter";
import type { ListState } from "@/components/table/use-list-state";
import { Select } from "@/components/ui/select";
import { scopeTypes } from "@/lib/budgets/schema";
import { scopeLabels } from "./words";

/** Narrows budgets to those at risk, or to the others. */
export function RiskFilter({ list }: { list: ListState<"at_risk"> }) {
  return (
    <ChoiceFilter
      list={list}
      filter="at_risk"
      label="Risk"
      any="At risk or not"
      choices={[
        ["true", "At risk"],
        ["false", "Not at risk"],
      ]}
      className="max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-36"
    />
  );
}

/** Narrows budgets by what they are on. */
export function ScopeFilter({ list }: { list: ListState<"scope_type" | "scope_id"> }) {
  return (
    <Select
      aria-label="On a"
      className="max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-40"
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
