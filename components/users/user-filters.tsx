"use client";

import { Picker } from "@/components/form/picker";
import { ChoiceFilter } from "@/components/table/choice-filter";
import type { ListState } from "@/components/table/use-list-state";
import { teamSource } from "@/components/teams/team-source";
import { useTeamOption } from "@/components/teams/use-team-option";
import { userRoles } from "@/lib/authz/permissions";

/** Narrows the people by role, state and team. */
export function UserFilters({ list }: { list: ListState<"role" | "disabled" | "team_id"> }) {
  const team = useTeamOption(list.filters.team_id);
  return (
    <>
      <ChoiceFilter list={list} filter="role" label="Role" any="Any role" choices={userRoles} />
      <ChoiceFilter
        list={list}
        filter="disabled"
        label="State"
        any="Any state"
        choices={[
          ["false", "active"],
          ["true", "disabled"],
        ]}
      />
      <div className="min-w-0 max-sm:basis-full sm:w-44">
        <Picker
          aria-label="Team"
          placeholder="Any team"
          source={teamSource}
          value={team}
          onChange={(option) => list.filterBy({ team_id: option?.id ?? null })}
        />
      </div>
    </>
  );
}
