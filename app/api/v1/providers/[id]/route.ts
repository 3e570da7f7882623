import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import {
  providerOutput,
  providerParams,
  readProviderQuery,
  replaceProviderInput,
  updateProviderInput,
} from "@/lib/providers/schema";
import { deleteProvider, getProvider, replaceProvider, updateProvider } from "@/lib/providers/service";

export const GET = route({
  method: "GET",
  summary: "Read a provider",
  permission: "providers.read",
  params: providerParams,
  query: readProviderQuery,
  output: providerOutput,
  handler: (ctx, { params, query }) => getProvider(ctx, params.id, query),
});

export const PUT = route({
  method: "PUT",
  summary: "Replace a provider's fields",
  description: "What is left out goes back to its default; only api_key stays when it is left out.",
  permission: "providers.write",
  params: providerParams,
  body: replaceProviderInput,
  output: providerOutput,
  handler: (ctx, { params, body, ifVersion }) => replaceProvider(ctx, params.id, body, ifVersion),
});

export const PATCH = route({
  method: "PATCH",
  summary: "Change a provider",
  description:
    "base_url moves to another host only when no stored key stays behind: send api_key along, or clear the keys first.",
  permission: "providers.write",
  params: providerParams,
  body: updateProviderInput,
  output: providerOutput,
  handler: (ctx, { params, body, ifVersion }) => updateProvider(ctx, params.id, body, ifVersion),
});

export const DELETE = route({
  method: "DELETE",
  summary: "Delete a provider with its credentials and models",
  permission: "providers.write",
  params: providerParams,
  handler: (ctx, { params }) => deleteProvider(ctx, params.id),
});

export const { POST, OPTIONS } = otherMethods(GET, PUT, PATCH, DELETE);
