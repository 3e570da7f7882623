import { route } from "@/lib/api/route";
import { eventOutput, eventParams } from "@/lib/usage/schema";
import { getEvent } from "@/lib/usage/service";

export const GET = route({
  method: "GET",
  summary: "Read a finished call",
  permission: "usage.read",
  params: eventParams,
  output: eventOutput,
  handler: (ctx, { params }) => getEvent(ctx, params.id),
});
