import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { includeQuery } from "@/lib/figures/schema";
import { deleteUser, updateUser } from "@/lib/users/lifecycle";
import { updateUserInput, userDetailOutput, userOutput, userParams } from "@/lib/users/schema";
import { getUser } from "@/lib/users/service";

export const GET = route({
  method: "GET",
  summary: "Read a user",
  permission: "users.read",
  params: userParams,
  query: includeQuery,
  output: userDetailOutput,
  handler: (ctx, { params, query }) => getUser(ctx, params.id, query),
});

export const PATCH = route({
  method: "PATCH",
  summary: "Change a user",
  permission: "users.write",
  params: userParams,
  body: updateUserInput,
  output: userOutput,
  handler: (ctx, { params, body, ifVersion }) => updateUser(ctx, params.id, body, ifVersion),
});

export const DELETE = route({
  method: "DELETE",
  summary: "Delete a user with memberships and keys",
  description: "The keys' secrets stop working at once. What was used stays on record.",
  permission: "users.write",
  params: userParams,
  handler: (ctx, { params }) => deleteUser(ctx, params.id),
});

export const { POST, PUT, OPTIONS } = otherMethods(GET, PATCH, DELETE);
