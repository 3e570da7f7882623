import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { rotateSecretInput, webhookParams, webhookWithSecret } from "@/lib/webhooks/schema";
import { rotateSecret } from "@/lib/webhooks/service";

export const POST = route({
  method: "POST",
  summary: "Give a webhook a new secret",
  description: "Until the overlap ends, deliveries carry a signature by either secret.",
  permission: "webhooks.write",
  params: webhookParams,
  body: rotateSecretInput,
  output: webhookWithSecret,
  handler: (ctx, { params, body }) => rotateSecret(ctx, params.id, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
