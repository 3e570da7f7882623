import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { includeQuery } from "@/lib/figures/schema";
import { deleteKey, updateKey } from "@/lib/keys/lifecycle";
import { keyOutput, keyParams, updateKeyInput } from "@/lib/keys/schema";
import { getKey } from "@/lib/keys/service";

export const GET = route({
  method: "GET",
  summary: "Read a key",
  permission: "keys.read",
  params: keyParams,
  query: includeQuery,
  output: keyOutput,
  handler: (ctx, { params, query }) => getKey(ctx, params.id, query),
});

export const PATCH = route({
  method: "PATCH",
  summary: "Change what a key is called and may do",
  permission: "keys.write",
  params: keyParams,
  body: updateKeyInput,
  output: keyOutput,
  handler: (ctx, { params, body, ifVersion }) => updateKey(ctx, params.id, body, ifVersion),
});

export const DELETE = route({
  method: "DELETE",
  summary: "Delete a revoked or expired key and those made from it",
  description: "What was used stays on record.",
  permission: "keys.write",
  params: keyParams,
  handler: (ctx, { params }) => deleteKey(ctx, params.id),
});

export const { POST, PUT, OPTIONS } = otherMethods(GET, PATCH, DELETE);
