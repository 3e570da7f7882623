import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { getDelivery } from "@/lib/webhooks/deliveries";
import { deliveryDetail, webhookParams } from "@/lib/webhooks/schema";

export const GET = route({
  method: "GET",
  summary: "Read a delivery with its payload and every attempt",
  permission: "webhooks.read",
  params: webhookParams,
  output: deliveryDetail,
  handler: (ctx, { params }) => getDelivery(ctx, params.id),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
