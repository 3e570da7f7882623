/** Teams as they are being written, and as they are sent. Pure. */
import { changedLimits, type LimitDraft, limitDraftOf, noLimits } from "@/components/keys/limit-draft";
import type { Option } from "@/components/ui/combobox";
import type { NewTeam, Team, TeamChange } from "@/lib/teams/queries";

/** The fields that the forms show problems of. */
export const teamFields = [
  "name",
  "parent_id",
  "allowed_models",
  "blocked_models",
  "rpm_limit",
  "tpm_limit",
  "parallel_limit",
] as const;

export interface NewTeamDraft extends LimitDraft {
  name: string;
  /** Null: an organisation. */
  parent: Option | null;
}

export function startTeam(parent: Option | null): NewTeamDraft {
  return { ...noLimits, name: "", parent };
}

/** What the API takes; what is not filled in is left out. */
export function newTeamOf({ name, parent, ...limits }: NewTeamDraft): NewTeam {
  return { name, ...(parent ? { parent_id: parent.id } : {}), ...changedLimits(noLimits, limits) };
}

export interface TeamEdit extends LimitDraft {
  name: string;
}

export function editOf(team: Team): TeamEdit {
  return { ...limitDraftOf(team), name: team.name };
}

/** Only what was changed, so that nothing else is overwritten. */
export function changeOf(base: Team, edit: TeamEdit): TeamChange {
  const before = editOf(base);
  return { ...(edit.name === before.name ? {} : { name: edit.name }), ...changedLimits(before, edit) };
}
