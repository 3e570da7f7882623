import { route } from "@/lib/api/route";
import { teamOutput, teamParams, updateTeamInput } from "@/lib/teams/schema";
import { deleteTeam, getTeam, updateTeam } from "@/lib/teams/service";

export const GET = route({
  method: "GET",
  summary: "Read a team",
  permission: "teams.read",
  params: teamParams,
  output: teamOutput,
  handler: (ctx, { params }) => getTeam(ctx, params.id),
});

export const PATCH = route({
  method: "PATCH",
  summary: "Change or move a team",
  permission: "teams.write",
  params: teamParams,
  body: updateTeamInput,
  output: teamOutput,
  handler: (ctx, { params, body, ifVersion }) => updateTeam(ctx, params.id, body, ifVersion),
});

export const DELETE = route({
  method: "DELETE",
  summary: "Delete an empty team",
  permission: "teams.write",
  params: teamParams,
  handler: (ctx, { params }) => deleteTeam(ctx, params.id),
});
