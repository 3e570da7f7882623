import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { bulkOutput } from "@/lib/api/schemas";
import { changeUsers } from "@/lib/users/bulk";
import { bulkUsersInput } from "@/lib/users/schema";

export const POST = route({
  method: "POST",
  summary: "Do one thing to many users",
  description: "Each is decided on their own: the answer says for each whether it worked. `dry_run` changes nothing.",
  permission: "users.write",
  body: bulkUsersInput,
  output: bulkOutput,
  handler: (ctx, { body }) => changeUsers(ctx, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
