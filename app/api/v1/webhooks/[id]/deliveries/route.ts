import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { listDeliveries } from "@/lib/webhooks/deliveries";
import { deliveryPage, listDeliveriesQuery, webhookParams } from "@/lib/webhooks/schema";

export const GET = route({
  method: "GET",
  summary: "List a webhook's deliveries, newest first",
  permission: "webhooks.read",
  params: webhookParams,
  query: listDeliveriesQuery,
  output: deliveryPage,
  handler: (ctx, { params, query }) => listDeliveries(ctx, params.id, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
