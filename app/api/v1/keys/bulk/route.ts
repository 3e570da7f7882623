import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { bulkOutput } from "@/lib/api/schemas";
import { changeKeys } from "@/lib/keys/bulk";
import { bulkKeysInput } from "@/lib/keys/schema";

export const POST = route({
  method: "POST",
  summary: "Do one thing to many keys",
  description: "Each key is decided on its own: the answer says for each whether it worked. `dry_run` changes nothing.",
  permission: "keys.write",
  body: bulkKeysInput,
  output: bulkOutput,
  handler: (ctx, { body }) => changeKeys(ctx, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
