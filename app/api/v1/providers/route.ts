import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { createProviderInput, listProvidersQuery, providerOutput, providerPage } from "@/lib/providers/schema";
import { createProvider, listProviders } from "@/lib/providers/service";

export const GET = route({
  method: "GET",
  summary: "List providers",
  permission: "providers.read",
  query: listProvidersQuery,
  output: providerPage,
  handler: (ctx, { query }) => listProviders(ctx, query),
});

export const POST = route({
  method: "POST",
  summary: "Create a provider",
  description: "A deleted provider's name may be used again: it comes back with the new fields and without any key.",
  permission: "providers.write",
  body: createProviderInput,
  output: providerOutput,
  handler: (ctx, { body }) => createProvider(ctx, body),
});

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET, POST);
