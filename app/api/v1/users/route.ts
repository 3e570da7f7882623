import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { createUserInput, listUsersQuery, userOutput, userPage } from "@/lib/users/schema";
import { createUser, listUsers } from "@/lib/users/service";

export const GET = route({
  method: "GET",
  summary: "List users",
  permission: "users.read",
  query: listUsersQuery,
  output: userPage,
  handler: (ctx, { query }) => listUsers(ctx, query),
});

export const POST = route({
  method: "POST",
  summary: "Create a user",
  permission: "users.write",
  body: createUserInput,
  output: userOutput,
  handler: (ctx, { body }) => createUser(ctx, body),
});

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET, POST);
