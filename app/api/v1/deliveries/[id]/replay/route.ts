import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { replayDelivery } from "@/lib/webhooks/replay";
import { deliveryDetail, webhookParams } from "@/lib/webhooks/schema";

export const POST = route({
  method: "POST",
  summary: "Send a delivery again",
  description: "A new attempt under the same `webhook-id`, as soon as possible; retried like the first.",
  permission: "webhooks.write",
  params: webhookParams,
  output: deliveryDetail,
  handler: (ctx, { params }) => replayDelivery(ctx, params.id),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
