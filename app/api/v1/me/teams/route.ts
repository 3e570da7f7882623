import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { myTeamPage, myTeamsQuery } from "@/lib/me/schema";
import { listMyTeams } from "@/lib/me/service";

export const GET = route({
  method: "GET",
  summary: "List your teams, with the shared keys that you may make keys from",
  permission: "teams.read",
  query: myTeamsQuery,
  output: myTeamPage,
  handler: (ctx, { query }) => listMyTeams(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
