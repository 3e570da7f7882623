import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { rotateKey } from "@/lib/keys/lifecycle";
import { keyParams, keyWithSecretOutput, rotateKeyInput } from "@/lib/keys/schema";

export const POST = route({
  method: "POST",
  summary: "Give a key a new secret",
  description: "Same id, new secret, shown in this answer only. The old one keeps working for `overlap`.",
  permission: "keys.write",
  params: keyParams,
  body: rotateKeyInput,
  output: keyWithSecretOutput,
  handler: (ctx, { params, body }) => rotateKey(ctx, params.id, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
