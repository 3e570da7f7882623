/** What is told of people, in words. Pure. */
import type { TeamRole, UserRole } from "@/lib/authz/permissions";
import type { User } from "@/lib/users/queries";

/** Where the role that counts comes from. */
export function roleSourceOf({
  role,
  manual_role,
  oidc_role,
}: Pick<User, "role" | "manual_role" | "oidc_role">): string {
  const sources = [...(manual_role === role ? ["by hand"] : []), ...(oidc_role === role ? ["by groups"] : [])];
  return sources.length > 0 ? sources.join(" and ") : "by default";
}

export function nameOf({ name, email }: Pick<User, "name" | "email">): string {
  return name ?? email;
}

/** What a role may do, in a line. */
export const roleWords: Record<UserRole, string> = {
  admin: "admin: everything",
  manager: "manager: teams, keys and budgets of everybody",
  user: "user: own keys, own usage",
  viewer: "viewer: looks, changes nothing",
};

export const teamRoleWords: Record<TeamRole, string> = {
  owner: "owner: members, keys and budgets",
  member: "member: own keys in the team",
  viewer: "viewer: looks, changes nothing",
};

const origins: Record<string, string> = {
  api: "by hand",
  oidc: "by a sign-in",
  scim: "by the directory (SCIM)",
  invitation: "by an invitation",
  bootstrap: "at the first start",
};

/** How an account or a team came to be. */
export function originOf(createdVia: string): string {
  return origins[createdVia] ?? createdVia;
}

const sourceNames: Record<string, string> = { manual: "by hand", oidc: "by groups", scim: "by directory" };

/** Where a place in a team comes from. */
export function sourceName(source: string): string {
  return sourceNames[source] ?? source;
}
