/** Nobody grants what they do not have: what an invitation promises, held against what its inviter may do. Pure. */
import { mayGiveRole, mayGiveTeamRole } from "@/lib/authz/grants";
import { type Authority, covers, reachOf, type TeamRole, type UserRole } from "@/lib/authz/permissions";

/** What an invitation gives to whoever accepts it. */
export interface Promised {
  role: UserRole | null;
  team_id: string | null;
  team_role: TeamRole | null;
}

/** What everybody is who was given nothing more. */
const plain: readonly UserRole[] = ["user", "viewer"];

/** Where a stronger default role is set, whoever invites gives that one, and has to be entitled to it. */
function mayGive(authority: Authority, { role }: Promised, defaultRole: UserRole): boolean {
  if (role === null && plain.includes(defaultRole)) return true;
  return mayGiveRole(authority, role ?? defaultRole);
}

/** The first field that is more than `authority` may give; null where all of it is theirs to give. */
export function findBeyond(authority: Authority, promised: Promised, defaultRole: UserRole): keyof Promised | null {
  const { team_id, team_role } = promised;
  const reach = reachOf(authority, "invitations.write");
  if (!reach || !covers(reach, { teamId: team_id })) return "team_id";
  if (!mayGive(authority, promised, defaultRole)) return "role";
  if (team_id && !mayGiveTeamRole(authority, team_role ?? "member", team_id)) return "team_role";
  return null;
}
