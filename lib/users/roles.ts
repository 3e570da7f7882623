/** Which roles a caller may give. Pure. */
import {
  type Action,
  type Authority,
  actions,
  mayGrantRole,
  permissions,
  reachOf,
  type UserRole,
} from "@/lib/authz/permissions";

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
