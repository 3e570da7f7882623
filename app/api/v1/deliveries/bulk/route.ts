import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { bulkOutput } from "@/lib/api/schemas";
import { replayDeliveries } from "@/lib/webhooks/replay";
import { bulkDeliveriesInput } from "@/lib/webhooks/schema";

export const POST = route({
  method: "POST",
  summary: "Send many deliveries again",
  description:
    "Each is decided on its own: the answer says for each whether it will be sent. `dry_run` changes nothing.",
  permission: "webhooks.write",
  body: bulkDeliveriesInput,
  output: bulkOutput,
  handler: (ctx, { body }) => replayDeliveries(ctx, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
