import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { signOutUser } from "@/lib/users/lifecycle";
import { userOutput, userParams } from "@/lib/users/schema";

export const POST = route({
  method: "POST",
  summary: "End every session of a user",
  permission: "users.write",
  params: userParams,
  output: userOutput,
  handler: (ctx, { params }) => signOutUser(ctx, params.id),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
