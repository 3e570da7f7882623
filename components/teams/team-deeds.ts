/** What can be done with a team, by whom. Pure; the server decides for itself. */
import type { Me } from "@/lib/me/queries";
import { hasTeamRight } from "@/lib/me/rights";
import type { Team } from "@/lib/teams/queries";

export type TeamAct = "create" | "edit" | "move" | "delete";

type Asker = Pick<Me, "rights" | "teams">;

/** Limits, place and end of a team are decided from above it. */
export function mayFromAbove(me: Asker, { path }: Pick<Team, "path">): boolean {
  return hasTeamRight(me, "teams.write", path.slice(0, -1));
}

export function actsOn(me: Asker, team: Pick<Team, "path">): TeamAct[] {
  const isAbove = mayFromAbove(me, team);
  return [
    ...(hasTeamRight(me, "teams.create", team.path) ? (["create"] as const) : []),
    ...(hasTeamRight(me, "teams.write", team.path) ? (["edit"] as const) : []),
    ...(isAbove ? (["move", "delete"] as const) : []),
  ];
}

export const actLabels: Record<TeamAct, string> = {
  create: "Create a team below",
  edit: "Edit",
  move: "Move",
  delete: "Delete",
};
