import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { listProvidersQuery, providerPage } from "@/lib/providers/schema";
import { listProvidersWithKeys } from "@/lib/providers/service";

export const GET = route({
  method: "GET",
  summary: "List providers that have an enabled credential",
  permission: "providers.read",
  query: listProvidersQuery,
  output: providerPage,
  handler: (ctx, { query }) => listProvidersWithKeys(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
