/** What the visitor may do, as `/me` says it: the server's own table, asked once. Pure. */
import { type Action, permissions, strongestTeamRole, type TeamRole } from "@/lib/authz/permissions";
import type { Me } from "./queries";

/** Whether the visitor may do this, at all or (`reach`) to everything. */
export function hasRight(me: Pick<Me, "rights">, action: Action, reach?: "all"): boolean {
  return me.rights.some((right) => right.action === action && (reach === undefined || right.reach === reach));
}

/**
 * Whether the visitor may do this to a team; `path` holds the ids from the organisation down to it, since a role above counts below.
 * An empty path is what stands above every organisation.
 */
export function hasTeamRight(me: Pick<Me, "rights" | "teams">, action: Action, path: readonly string[]): boolean {
  const right = me.rights.find((one) => one.action === action);
  if (right?.reach !== "team") return right?.reach === "all";
  const { team: roles = [] }: { system: object; team?: readonly TeamRole[] } = permissions[action];
  return me.teams.some(({ team_id, role }) => path.includes(team_id) && roles.includes(role));
}

/** The visitor's role in a team, held in it or above; null where they have none. */
export function findTeamRole(me: Pick<Me, "teams">, path: readonly string[]): TeamRole | null {
  return strongestTeamRole(me.teams.flatMap(({ team_id, role }) => (path.includes(team_id) ? [role] : []))) ?? null;
}
