import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { removeMember, updateMember } from "@/lib/teams/members";
import { memberOutput, memberParams, updateMemberInput } from "@/lib/teams/schema";

export const PATCH = route({
  method: "PATCH",
  summary: "Change a member's role",
  permission: "members.write",
  params: memberParams,
  body: updateMemberInput,
  output: memberOutput,
  handler: (ctx, { params, body }) => updateMember(ctx, params.id, params.user_id, body),
});

export const DELETE = route({
  method: "DELETE",
  summary: "Remove a member",
  permission: "members.write",
  params: memberParams,
  handler: (ctx, { params }) => removeMember(ctx, params.id, params.user_id),
});

export const { GET, POST, PUT, OPTIONS } = otherMethods(PATCH, DELETE);
