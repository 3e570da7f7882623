import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { bulkOutput } from "@/lib/api/schemas";
import { changeTeams } from "@/lib/teams/bulk";
import { bulkTeamsInput } from "@/lib/teams/schema";

export const POST = route({
  method: "POST",
  summary: "Do one thing to many teams",
  description:
    "Each is decided on its own, those below before those above: the answer says for each whether it worked. `dry_run` changes nothing.",
  permission: "teams.write",
  body: bulkTeamsInput,
  output: bulkOutput,
  handler: (ctx, { body }) => changeTeams(ctx, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
