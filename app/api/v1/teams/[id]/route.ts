import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { includeQuery } from "@/lib/figures/schema";
import { deleteTeam, updateTeam } from "@/lib/teams/lifecycle";
import { teamOutput, teamParams, updateTeamInput } from "@/lib/teams/schema";
import { getTeam } from "@/lib/teams/service";

export const GET = route({
  method: "GET",
  summary: "Read a team",
  permission: "teams.read",
  params: teamParams,
  query: includeQuery,
  output: teamOutput,
  handler: (ctx, { params, query }) => getTeam(ctx, params.id, query),
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

export const { POST, PUT, OPTIONS } = otherMethods(GET, PATCH, DELETE);
