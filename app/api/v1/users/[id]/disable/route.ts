import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { disableUser } from "@/lib/users/lifecycle";
import { disableUserInput, userOutput, userParams } from "@/lib/users/schema";

export const POST = route({
  method: "POST",
  summary: "Disable a user: sessions end and keys are refused",
  permission: "users.write",
  params: userParams,
  body: disableUserInput,
  output: userOutput,
  handler: (ctx, { params, body }) => disableUser(ctx, params.id, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
