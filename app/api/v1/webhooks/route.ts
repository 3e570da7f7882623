import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { createWebhookInput, listWebhooksQuery, webhookPage, webhookWithSecret } from "@/lib/webhooks/schema";
import { createWebhook, listWebhooks } from "@/lib/webhooks/service";

export const GET = route({
  method: "GET",
  summary: "List webhooks",
  permission: "webhooks.read",
  query: listWebhooksQuery,
  output: webhookPage,
  handler: (ctx, { query }) => listWebhooks(ctx, query),
});

export const POST = route({
  method: "POST",
  summary: "Create a webhook",
  description:
    "Deliveries follow Standard Webhooks. The secret that verifies them is shown in this answer and never again.",
  permission: "webhooks.write",
  body: createWebhookInput,
  output: webhookWithSecret,
  handler: (ctx, { body }) => createWebhook(ctx, body),
});

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET, POST);
