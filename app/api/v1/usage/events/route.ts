import { route } from "@/lib/api/route";
import { eventPage, listEventsQuery } from "@/lib/usage/schema";
import { listEvents } from "@/lib/usage/service";

export const GET = route({
  method: "GET",
  summary: "List finished calls, newest first",
  permission: "usage.read",
  query: listEventsQuery,
  output: eventPage,
  handler: (ctx, { query }) => listEvents(ctx, query),
});
