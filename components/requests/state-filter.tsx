"use client";

import type { ListState } from "@/components/table/use-list-state";
import { Select } from "@/components/ui/select";
import type { RequestState } from "@/lib/requests/schema";

interface StateFilterProps {
  list: ListState<"state">;
  states: readonly RequestState[];
}

export function StateFilter({ list, states }: StateFilterProps) {
  return (
    <Select
      aria-label="State"
      className="max-sm:flex-1 sm:w-32"
      value={list.filters.state ?? ""}
      onChange={(event) => list.filterBy({ state: event.target.value || null })}
    >
      <option value="">Any state</option>
      {states.map((state) => (
        <option key={state} value={state}>
          {state}
        </option>
      ))}
    </Select>
  );
}
