"use client";

import { useQuery } from "@tanstack/react-query";
import { TimeFilter } from "@/components/calls/time-filter";
import { Picker, type Source } from "@/components/form/picker";
import { ChoiceFilter } from "@/components/table/choice-filter";
import type { ListState } from "@/components/table/use-list-state";
import type { Option } from "@/components/ui/combobox";
import { Select } from "@/components/ui/select";
import { actorTypes } from "@/lib/audit/schema";
import { type FoundKind, foundKinds } from "@/lib/search/schema";
import { filterNameQuery, findByName } from "@/lib/usage/name-queries";
import { actionsByKind, actorWords, kindWords } from "./words";

export const auditFilters = ["action", "actor_type", "actor_id", "target_id", "from", "to"] as const;
type Filter = (typeof auditFilters)[number];

/** Things of these kinds by name. */
function sourceOf(kinds: readonly FoundKind[]): Source {
  return {
    name: `audit ${kinds}`,
    search: async (text, signal) =>
      (await findByName(text, signal))
        .filter(({ kind }) => kinds.includes(kind))
        .map(({ kind, id, name, context }) => ({ id, label: name, note: `${kindWords[kind]} · ${context}` })),
  };
}

const actors = sourceOf(["user", "key"]);
const targets = sourceOf(foundKinds);

const kindOfId: Readonly<Record<string, string>> = {
  usr: "user_id",
  key: "key_id",
  team: "team_id",
  model: "model",
  prov: "provider_id",
};

/** What an id of the address is called; `known` where the list itself says it, and the id until that is known. */
function useOption(id: string | null, known: string | null = null): Option | null {
  const kind = kindOfId[id?.split("_")[0] ?? ""];
  const { data } = useQuery({ ...filterNameQuery(kind ?? "", id ?? ""), enabled: id !== null && kind !== undefined });
  return id === null ? null : { id, label: data ?? known ?? id };
}

function ActionFilter({ list }: { list: ListState<Filter> }) {
  const chosen = list.filters.action ?? "";
  const known = Object.entries(actionsByKind).flatMap(([kind, verbs]) => [
    `${kind}.*`,
    ...verbs.map((verb) => `${kind}.${verb}`),
  ]);
  return (
    <Select
      aria-label="Action"
      className="max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-44"
      value={chosen}
      onChange={(event) => list.filterBy({ action: event.target.value || null })}
    >
      <option value="">Any action</option>
      {chosen && !known.includes(chosen) ? <option>{chosen}</option> : null}
      {Object.entries(actionsByKind).map(([kind, verbs]) => (
        <optgroup key={kind} label={kindWords[kind]}>
          <option value={`${kind}.*`}>{kind}: all</option>
          {verbs.map((verb) => (
            <option key={verb} value={`${kind}.${verb}`}>
              {kind}.{verb}
            </option>
          ))}
        </optgroup>
      ))}
    </Select>
  );
}

interface AuditFiltersProps {
  list: ListState<Filter>;
  /** What the target that the list is narrowed to is called, where its entries say so. */
  targetName: string | null;
}

/** Narrows the log by action, by who did it, by what it was done to, and by time. */
export function AuditFilters({ list, targetName }: AuditFiltersProps) {
  const { actor_id, target_id, from, to } = list.filters;
  const actor = useOption(actor_id);
  const target = useOption(target_id, targetName);
  return (
    <>
      <ActionFilter list={list} />
      <ChoiceFilter
        list={list}
        filter="actor_type"
        label="Kind of actor"
        any="Any actor"
        choices={actorTypes.map((type) => [type, actorWords[type]])}
        className="max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-36"
      />
      <div className="min-w-0 max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-48">
        <Picker
          aria-label="Done by"
          placeholder="By anybody"
          source={actors}
          value={actor}
          onChange={(option) => list.filterBy({ actor_id: option?.id ?? null })}
        />
      </div>
      <div className="min-w-0 max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-48">
        <Picker
          aria-label="Done to"
          placeholder="On anything"
          source={targets}
          value={target}
          onChange={(option) => list.filterBy({ target_id: option?.id ?? null })}
        />
      </div>
      <TimeFilter from={from} to={to} onChange={list.filterBy} />
    </>
  );
}
