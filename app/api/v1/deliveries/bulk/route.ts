import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { replayDeliveries } from "@/lib/webhooks/replay";
import { bulkDeliveriesInput, bulkDeliveriesOutput } from "@/lib/webhooks/schema";

export const POST = route({
  method: "POST",
  summary: "Send many deliveries again",
  description:
    "Each is decided on its own: the answer says for each whether it will be sent. `dry_run` changes nothing.",
  permission: "webhooks.write",
  body: bulkDeliveriesInput,
  output: bulkDeliveriesOutput,
  handler: (ctx, { body }) => replayDeliveries(ctx, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
