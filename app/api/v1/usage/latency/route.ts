import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { reportLatency } from "@/lib/usage/latency";
import { latencyOutput, latencyQuery } from "@/lib/usage/schema";

export const GET = route({
  method: "GET",
  summary: "Percentiles of how long calls took",
  permission: "usage.read",
  query: latencyQuery,
  output: latencyOutput,
  handler: (ctx, { query }) => reportLatency(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
