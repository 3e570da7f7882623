import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { readWebhookQuery, updateWebhookInput, webhookOutput, webhookParams } from "@/lib/webhooks/schema";
import { deleteWebhook, getWebhook, updateWebhook } from "@/lib/webhooks/service";

export const GET = route({
  method: "GET",
  summary: "Read a webhook",
  permission: "webhooks.read",
  params: webhookParams,
  query: readWebhookQuery,
  output: webhookOutput,
  handler: (ctx, { params, query }) => getWebhook(ctx, params.id, query),
});

export const PATCH = route({
  method: "PATCH",
  summary: "Change, disable or enable a webhook",
  permission: "webhooks.write",
  params: webhookParams,
  body: updateWebhookInput,
  output: webhookOutput,
  handler: (ctx, { params, body, ifVersion }) => updateWebhook(ctx, params.id, body, ifVersion),
});

export const DELETE = route({
  method: "DELETE",
  summary: "Delete a webhook with its deliveries",
  permission: "webhooks.write",
  params: webhookParams,
  handler: (ctx, { params }) => deleteWebhook(ctx, params.id),
});

export const { POST, PUT, OPTIONS } = otherMethods(GET, PATCH, DELETE);
