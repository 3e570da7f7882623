import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { listEvents } from "@/lib/usage/events";
import { eventPage, listEventsQuery } from "@/lib/usage/schema";

export const GET = route({
  method: "GET",
  summary: "List finished calls, newest first",
  permission: "usage.read",
  query: listEventsQuery,
  output: eventPage,
  handler: (ctx, { query }) => listEvents(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
