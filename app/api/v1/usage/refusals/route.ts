import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { listRefusals } from "@/lib/usage/explain";
import { listRefusalsQuery, refusalPage } from "@/lib/usage/schema";

export const GET = route({
  method: "GET",
  summary: "List calls that were refused",
  permission: "usage.read",
  query: listRefusalsQuery,
  output: refusalPage,
  handler: (ctx, { query }) => listRefusals(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
