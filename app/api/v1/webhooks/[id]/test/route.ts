import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { testWebhook } from "@/lib/webhooks/deliveries";
import { deliveryDetail, webhookParams } from "@/lib/webhooks/schema";

export const POST = route({
  method: "POST",
  summary: "Send a test event now",
  description:
    "Sends `webhook.test` once, also to a disabled webhook, and answers what came of it. It changes nothing about the webhook: an answer of 410 does not disable it.",
  permission: "webhooks.write",
  params: webhookParams,
  output: deliveryDetail,
  handler: (ctx, { params }) => testWebhook(ctx, params.id),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
