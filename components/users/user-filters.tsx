"use client";

import { Picker } from "@/components/form/picker";
import type { ListState } from "@/components/table/use-list-state";
import { teamSource } from "@/components/teams/team-source";
import { useTeamOption } from "@/components/teams/use-team-option";
import { Select } from "@/components/ui/select";
import { userRoles } from "@/lib/authz/permissions";

/** Narrows the people by role, state and team. */
export function UserFilters({ list }: { list: ListState<"role" | "disabled" | "team_id"> }) {
  const { role, disabled, team_id } = list.filters;
  const team = useTeamOption(team_id);
  return (
    <>
      <Select
        aria-label="Role"
        className="max-sm:flex-1 sm:w-32"
        value={role ?? ""}
        onChange={(event) => list.filterBy({ role: event.target.value || null })}
      >
        <option value="">Any role</option>
        {userRoles.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </Select>
      <Select
        aria-label="State"
        className="max-sm:flex-1 sm:w-32"
        value={disabled ?? ""}
        onChange={(event) => list.filterBy({ disabled: event.target.value || null })}
      >
        <option value="">Any state</option>
        <option value="false">active</option>
        <option value="true">disabled</option>
      </Select>
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
