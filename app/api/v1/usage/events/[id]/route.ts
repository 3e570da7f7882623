import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { explainEvent } from "@/lib/usage/explain";
import { eventDetailOutput, eventParams } from "@/lib/usage/schema";

export const GET = route({
  method: "GET",
  summary: "Read a finished call and why it went as it did",
  permission: "usage.read",
  params: eventParams,
  output: eventDetailOutput,
  handler: (ctx, { params }) => explainEvent(ctx, params.id),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
