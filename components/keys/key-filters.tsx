"use client";

import { useQuery } from "@tanstack/react-query";
import { Picker } from "@/components/form/picker";
import { ChoiceFilter } from "@/components/table/choice-filter";
import type { ListState } from "@/components/table/use-list-state";
import { teamSource } from "@/components/teams/team-source";
import { useTeamOption } from "@/components/teams/use-team-option";
import type { Option } from "@/components/ui/combobox";
import { userSource } from "@/components/users/user-source";
import { keyStatuses } from "@/lib/keys/chain";
import { keyTypes } from "@/lib/keys/schema";
import { userQuery } from "@/lib/users/queries";
import { typeLabels } from "./key-facts";

type Filter = "type" | "status" | "team_id" | "user_id";

/** What an id of the address is called; the id itself until that is known. */
function useUserOption(id: string | null): Option | null {
  const { data } = useQuery({ ...userQuery(id ?? ""), enabled: id !== null });
  return id === null ? null : { id, label: data?.id === id ? data.email : id };
}

/** Narrows the keys by type, state, team and owner. */
export function KeyFilters({ list }: { list: ListState<Filter> }) {
  const { team_id, user_id } = list.filters;
  const team = useTeamOption(team_id);
  const user = useUserOption(user_id);
  return (
    <>
      <ChoiceFilter
        list={list}
        filter="type"
        label="Type"
        any="Any type"
        choices={keyTypes.map((type) => [type, typeLabels[type]])}
      />
      <ChoiceFilter list={list} filter="status" label="State" any="Any state" choices={keyStatuses} />
      <div className="min-w-0 max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-44">
        <Picker
          aria-label="Team"
          placeholder="Any team"
          source={teamSource}
          value={team}
          onChange={(option) => list.filterBy({ team_id: option?.id ?? null })}
        />
      </div>
      <div className="min-w-0 max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-44">
        <Picker
          aria-label="Owner"
          placeholder="Any owner"
          source={userSource}
          value={user}
          onChange={(option) => list.filterBy({ user_id: option?.id ?? null })}
        />
      </div>
    </>
  );
}
