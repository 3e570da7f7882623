import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { summaryOutput, summaryQuery } from "@/lib/usage/schema";
import { summarize } from "@/lib/usage/service";

export const GET = route({
  method: "GET",
  summary: "Sum up usage",
  description: "Exact to the nano-dollar for any range. By default the last 30 days, by UTC day.",
  permission: "usage.read",
  query: summaryQuery,
  output: summaryOutput,
  handler: (ctx, { query }) => summarize(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
