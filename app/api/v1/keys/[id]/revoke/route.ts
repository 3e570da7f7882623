import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { revokeKey } from "@/lib/keys/lifecycle";
import { keyOutput, keyParams, revokeKeyInput } from "@/lib/keys/schema";

export const POST = route({
  method: "POST",
  summary: "Revoke a key and, with it, those made from it",
  permission: "keys.write",
  params: keyParams,
  body: revokeKeyInput,
  output: keyOutput,
  handler: (ctx, { params, body }) => revokeKey(ctx, params.id, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
