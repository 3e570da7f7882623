import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { enableUser } from "@/lib/users/lifecycle";
import { userOutput, userParams } from "@/lib/users/schema";

export const POST = route({
  method: "POST",
  summary: "Enable a disabled user",
  permission: "users.write",
  params: userParams,
  output: userOutput,
  handler: (ctx, { params }) => enableUser(ctx, params.id),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
