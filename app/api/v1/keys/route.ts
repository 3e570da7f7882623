import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { createKeyInput, keyPage, keyWithSecretOutput, listKeysQuery } from "@/lib/keys/schema";
import { createKey, listKeys } from "@/lib/keys/service";

export const GET = route({
  method: "GET",
  summary: "List keys",
  permission: "keys.read",
  query: listKeysQuery,
  output: keyPage,
  handler: (ctx, { query }) => listKeys(ctx, query),
});

export const POST = route({
  method: "POST",
  summary: "Create a key",
  description: "The answer holds the secret, which is never shown again.",
  permission: "keys.write",
  body: createKeyInput,
  output: keyWithSecretOutput,
  handler: (ctx, { body }) => createKey(ctx, body),
});

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET, POST);
