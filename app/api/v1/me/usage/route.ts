import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { myUsageQuery } from "@/lib/me/schema";
import { summarizeMyUsage } from "@/lib/me/service";
import { summaryOutput } from "@/lib/usage/schema";

export const GET = route({
  method: "GET",
  summary: "Summarise your own usage",
  permission: "usage.read",
  query: myUsageQuery,
  output: summaryOutput,
  handler: (ctx, { query }) => summarizeMyUsage(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
