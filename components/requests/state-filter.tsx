"use client";

import { ChoiceFilter } from "@/components/table/choice-filter";
import type { ListState } from "@/components/table/use-list-state";
import type { RequestState } from "@/lib/requests/schema";

interface StateFilterProps {
  list: ListState<"state">;
  states: readonly RequestState[];
}

export function StateFilter({ list, states }: StateFilterProps) {
  return <ChoiceFilter list={list} filter="state" label="State" any="Any state" choices={states} />;
}
