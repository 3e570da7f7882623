import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { createTeamInput, listTeamsQuery, teamOutput, teamPage } from "@/lib/teams/schema";
import { createTeam, listTeams } from "@/lib/teams/service";

export const GET = route({
  method: "GET",
  summary: "List teams",
  permission: "teams.read",
  query: listTeamsQuery,
  output: teamPage,
  handler: (ctx, { query }) => listTeams(ctx, query),
});

export const POST = route({
  method: "POST",
  summary: "Create a team",
  permission: "teams.create",
  body: createTeamInput,
  output: teamOutput,
  handler: (ctx, { body }) => createTeam(ctx, body),
});

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET, POST);
