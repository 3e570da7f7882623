/** People as they are being written, and as they are sent. Pure. */
import { changedLimits, type LimitDraft, limitDraftOf } from "@/components/keys/limit-draft";
import type { Option } from "@/components/ui/combobox";
import type { TeamRole, UserRole } from "@/lib/authz/permissions";
import type { NewUser, User, UserChange } from "@/lib/users/queries";

/** Empty: none by hand, so that groups or the default decide. */
type RoleChoice = UserRole | "";

export interface NewUserDraft {
  email: string;
  name: string;
  role: RoleChoice;
  team: Option | null;
  team_role: TeamRole;
}

export const emptyUser: NewUserDraft = { email: "", name: "", role: "", team: null, team_role: "member" };

/** What the API takes; what is not filled in is left out. */
export function newUserOf({ email, name, role, team, team_role }: NewUserDraft): NewUser {
  return {
    email,
    ...(name.trim() ? { name } : {}),
    ...(role ? { role } : {}),
    ...(team ? { teams: [{ team_id: team.id, role: team_role }] } : {}),
  };
}

export interface UserEdit extends LimitDraft {
  email: string;
  name: string;
  role: RoleChoice;
}

export function editOf(user: User): UserEdit {
  return { ...limitDraftOf(user), email: user.email, name: user.name ?? "", role: user.manual_role ?? "" };
}

/** Only what was changed, so that nothing else is overwritten. */
export function changeOf(base: User, edit: UserEdit): UserChange {
  const before = editOf(base);
  const isChanged = (name: keyof UserEdit) => JSON.stringify(edit[name]) !== JSON.stringify(before[name]);
  return {
    ...(isChanged("email") ? { email: edit.email } : {}),
    ...(isChanged("name") ? { name: edit.name.trim() === "" ? null : edit.name } : {}),
    ...(isChanged("role") ? { role: edit.role || null } : {}),
    ...changedLimits(before, edit),
  };
}
