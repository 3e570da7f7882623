"use client";

import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { Picker, type Source } from "@/components/form/picker";
import { filterNameQuery, findFilters } from "@/lib/usage/name-queries";
import type { UsageFilters } from "@/lib/usage/queries";
import { type FilterName, filterNames } from "./usage-state";

const words: Record<FilterName, string> = {
  key_id: "Key",
  user_id: "Person",
  team_id: "Team",
  model: "Model",
  provider_id: "Provider",
  tag: "Tag",
};

function sourceOf(kinds: readonly FilterName[]): Source {
  return {
    name: `usage-filters ${kinds}`,
    search: async (text, signal) =>
      (await findFilters(text, signal))
        .filter(({ filter }) => kinds.includes(filter))
        .map(({ filter, value, name, note }) => ({ id: JSON.stringify([filter, value]), label: name, note })),
  };
}

type ChangeFilters = (change: Partial<Record<FilterName, string | null>>) => void;

interface FilterPickerProps {
  /** By what the list can be narrowed; by all of them if absent. */
  kinds?: readonly FilterName[];
  onChange: ChangeFilters;
}

/** One field that finds what usage can be narrowed to: a key, a person, a team, a model, a provider, a tag. */
export function FilterPicker({ kinds = filterNames, onChange }: FilterPickerProps) {
  const names = kinds.map((kind) => words[kind].toLowerCase());
  return (
    <span className="block min-w-0 max-sm:basis-full sm:w-72">
      <Picker
        source={sourceOf(kinds)}
        value={null}
        aria-label={`Narrow to a ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`}
        placeholder={`Filter: ${names.slice(0, 4).join(", ")}${names.length > 4 ? "…" : ""}`}
        onChange={(option) => {
          if (!option) return;
          const [filter, value] = JSON.parse(option.id) as [FilterName, string];
          onChange({ [filter]: value });
        }}
      />
    </span>
  );
}

function Chip({ filter, value, onRemove }: { filter: FilterName; value: string; onRemove: () => void }) {
  const { data = value } = useQuery(filterNameQuery(filter, value));
  return (
    <li className="flex h-8 max-w-full min-w-0 items-center gap-1.5 rounded-md bg-accent-soft pr-1 pl-2.5 text-sm">
      <span className="text-muted">{words[filter]}</span>
      <span className="min-w-0 truncate font-medium">{data}</span>
      <button
        type="button"
        aria-label={`Remove the filter ${words[filter]} ${data}`}
        onClick={onRemove}
        className="flex size-6 shrink-0 items-center justify-center rounded-sm text-muted hover:text-ink"
      >
        <X aria-hidden="true" className="size-3.5" />
      </button>
    </li>
  );
}

/** What usage is narrowed to; nothing where it is not. */
export function FilterChips({ filters, onChange }: { filters: UsageFilters; onChange: ChangeFilters }) {
  const set = filterNames.flatMap((name) => (filters[name] ? [{ name, value: filters[name] }] : []));
  if (set.length === 0) return null;
  return (
    <ul aria-label="Filters" className="flex min-w-0 flex-wrap items-center gap-2">
      {set.map(({ name, value }) => (
        <Chip key={name} filter={name} value={value} onRemove={() => onChange({ [name]: null })} />
      ))}
    </ul>
  );
}
