import { exportResponse } from "@/lib/api/export";
import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { exportEvents } from "@/lib/usage/events";
import { eventColumns, exportEventsQuery } from "@/lib/usage/schema";

export const GET = route({
  method: "GET",
  summary: "Download finished calls, oldest first",
  permission: "usage.read",
  query: exportEventsQuery,
  produces: ["text/csv", "application/x-ndjson"],
  handler: async (ctx, { query }) =>
    exportResponse({
      format: query.format,
      filename: "usage",
      columns: eventColumns,
      pages: await exportEvents(ctx, query),
    }),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
