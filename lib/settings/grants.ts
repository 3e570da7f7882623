/**
 * Nobody grants what they do not have, by a setting no more than by name: some settings give roles and places to whoever signs in next.
 * Pure; part of the settings domain's service.
 */
import { mayGiveRole } from "@/lib/authz/grants";
import { type Authority, reachOf, type UserRole } from "@/lib/authz/permissions";
import type { SettingsData } from "./schema";

type Giving = Pick<SettingsData, "default_role" | "admin_groups" | "group_to_role" | "group_to_team">;

/** The roles that `after` gives and `before` did not, with the field that gives them. */
function newRoles(before: Giving, after: Giving): [field: keyof Giving, role: UserRole][] {
  const mapped = Object.entries(after.group_to_role).filter(([group, role]) => before.group_to_role[group] !== role);
  const isNewAdmin = after.admin_groups.some((group) => !before.admin_groups.includes(group));
  return [
    ...(after.default_role === before.default_role ? [] : [["default_role", after.default_role] as const]),
    ...mapped.map(([, role]) => ["group_to_role", role] as const),
    ...(isNewAdmin ? [["admin_groups", "admin"] as const] : []),
  ].map(([field, role]) => [field, role]);
}

function givesPlaces(before: Giving, after: Giving): boolean {
  return Object.entries(after.group_to_team).some(([group, teams]) => {
    const held = before.group_to_team[group] ?? [];
    return teams.some((team) => !held.includes(team));
  });
}

/** The fields that would give more than `authority` has. */
export function fieldsBeyond(authority: Authority, before: Giving, after: Giving): (keyof Giving)[] {
  const roles = newRoles(before, after).filter(([, role]) => !mayGiveRole(authority, role));
  const mayPlace = reachOf(authority, "members.write")?.kind === "all";
  const places = !mayPlace && givesPlaces(before, after) ? (["group_to_team"] as const) : [];
  return [...new Set([...roles.map(([field]) => field), ...places])];
}
