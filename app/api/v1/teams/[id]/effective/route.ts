import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { getEffective } from "@/lib/teams/effective";
import { effectiveOutput, teamParams } from "@/lib/teams/schema";

export const GET = route({
  method: "GET",
  summary: "Read what a team inherits",
  permission: "teams.read",
  params: teamParams,
  output: effectiveOutput,
  handler: (ctx, { params }) => getEffective(ctx, params.id),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
