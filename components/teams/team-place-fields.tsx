"use client";

import { ChoiceField } from "@/components/form/choice-field";
import { FormField } from "@/components/form/form-shell";
import { Picker } from "@/components/form/picker";
import type { Option } from "@/components/ui/combobox";
import { teamRoleChoices } from "@/components/users/role-choices";
import type { TeamRole } from "@/lib/authz/permissions";
import { teamSource } from "./team-source";

interface TeamPlaceFieldsProps {
  /** What the API calls the team's field. */
  path: string;
  team: Option | null;
  role: TeamRole;
  onTeam: (team: Option | null) => void;
  onRole: (role: TeamRole) => void;
}

/** A team and the role in it; none by default. */
export function TeamPlaceFields({ path, team, role, onTeam, onRole }: TeamPlaceFieldsProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <FormField path={path} label="Team">
        {(control) => <Picker {...control} placeholder="None" source={teamSource} value={team} onChange={onTeam} />}
      </FormField>
      {team ? (
        <ChoiceField
          path="team_role"
          label="Role in the team"
          value={role}
          onChange={onRole}
          choices={teamRoleChoices}
        />
      ) : null}
    </div>
  );
}
