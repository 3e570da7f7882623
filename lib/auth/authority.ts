/** Reads from the database what a person or a key may do at this moment. Called by lib/auth/authenticate at each request. */
import { type Authority, isScope, strongestTeamRole, type TeamRole, type UserRole } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import type { Key, User } from "@/lib/db/generated/client";

/** Roles by team id, each inherited by all the teams below. */
async function inheritTeamRoles(
  db: Db,
  memberships: readonly { team_id: string; role: string }[],
): Promise<Map<string, TeamRole>> {
  if (memberships.length === 0) return new Map();
  const teams = await db.team.findMany({
    where: { path: { hasSome: memberships.map((membership) => membership.team_id) } },
    select: { id: true, path: true },
  });
  const roles = new Map<string, TeamRole>();
  for (const team of teams) {
    const held = memberships
      .filter((membership) => team.path.includes(membership.team_id))
      .map((membership) => membership.role as TeamRole);
    const strongest = strongestTeamRole(held);
    if (strongest) roles.set(team.id, strongest);
  }
  return roles;
}

export async function authorityOfUser(db: Db, user: User, scopes: readonly string[] | null = null): Promise<Authority> {
  const memberships = await db.membership.findMany({ where: { user_id: user.id } });
  return { role: user.role as UserRole, userId: user.id, teamRoles: await inheritTeamRoles(db, memberships), scopes };
}

/**
 * A key acts within its scopes and its owner's rights. An admin key without listed scopes has all of them; every other type
 * has only those that are listed. A team key without an owner is an owner of its team.
 */
export async function authorityOfKey(
  db: Db,
  key: Pick<Key, "type" | "scopes" | "team_id">,
  owner: User | null,
): Promise<Authority> {
  const listed = key.scopes.filter(isScope);
  const scopes = key.type === "admin" && listed.length === 0 ? null : ["me.read", ...listed];
  if (owner) return authorityOfUser(db, owner, scopes);
  if (key.type === "admin") return { role: "admin", userId: null, teamRoles: new Map(), scopes };
  const teamRoles = key.team_id
    ? await inheritTeamRoles(db, [{ team_id: key.team_id, role: "owner" }])
    : new Map<string, TeamRole>();
  return { role: null, userId: null, teamRoles, scopes };
}
