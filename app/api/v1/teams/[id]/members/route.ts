import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { addMember, listMembers } from "@/lib/teams/members";
import { addMemberInput, listMembersQuery, memberOutput, memberPage, teamParams } from "@/lib/teams/schema";

export const GET = route({
  method: "GET",
  summary: "List a team's members",
  permission: "teams.read",
  params: teamParams,
  query: listMembersQuery,
  output: memberPage,
  handler: (ctx, { params, query }) => listMembers(ctx, params.id, query),
});

export const POST = route({
  method: "POST",
  summary: "Add a member",
  permission: "members.write",
  params: teamParams,
  body: addMemberInput,
  output: memberOutput,
  handler: (ctx, { params, body }) => addMember(ctx, params.id, body),
});

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET, POST);
