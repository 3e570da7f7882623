/** Which roles a caller may give. Pure; whoever hands out a role asks here. */
import {
  type Action,
  type Authority,
  actions,
  covers,
  mayGrantRole,
  permissions,
  reachOf,
  type TeamRole,
  type UserRole,
} from "./permissions";

/** What every new user gets anyway. */
const baseline: UserRole = "user";

function extentOf(role: UserRole, action: Action): string | undefined {
  const rights: Partial<Record<UserRole, string>> = permissions[action].system;
  return rights[role];
}

/**
 * Whether `authority` may give someone `role`: nobody gives a role above their own, and a key whose scopes narrow it gives none
 * that would do more than the key itself, since it could then act through that person.
 */
export function mayGiveRole(authority: Authority, role: UserRole): boolean {
  if (!mayGrantRole(authority.role, role)) return false;
  const extra = actions.filter((action) => extentOf(role, action) === "all" && extentOf(baseline, action) !== "all");
  return extra.every((action) => reachOf(authority, action)?.kind === "all");
}

function hasTeamRight(role: TeamRole, action: Action): boolean {
  const rights: { system: object; team?: readonly TeamRole[] } = permissions[action];
  return rights.team?.includes(role) ?? false;
}

/**
 * Whether `authority` may give someone `role` on this team: an owner may do more than any member, so whoever makes one has to have all
 * of that there. A key with narrow scopes could otherwise act through the owner that it made.
 */
export function mayGiveTeamRole(authority: Authority, role: TeamRole, teamId: string): boolean {
  const extra = actions.filter((action) => hasTeamRight(role, action) && !hasTeamRight("member", action));
  return extra.every((action) => {
    const reach = reachOf(authority, action);
    return reach !== null && covers(reach, { teamId });
  });
}
