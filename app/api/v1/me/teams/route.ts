import { route } from "@/lib/api/route";
import { myTeamsOutput } from "@/lib/me/schema";
import { listMyTeams } from "@/lib/me/service";

export const GET = route({
  method: "GET",
  summary: "List your teams, with the shared keys that you may make keys from",
  permission: "teams.read",
  output: myTeamsOutput,
  handler: (ctx) => listMyTeams(ctx),
});
