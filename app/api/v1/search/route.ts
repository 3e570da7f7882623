import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { searchOutput, searchQuery } from "@/lib/search/schema";
import { search } from "@/lib/search/service";

export const GET = route({
  method: "GET",
  summary: "Search people, teams, keys, models and providers",
  permission: "me.read",
  query: searchQuery,
  output: searchOutput,
  handler: (ctx, { query }) => search(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
