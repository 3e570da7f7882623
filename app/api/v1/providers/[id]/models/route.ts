import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { createModelInput, listProviderModelsQuery, modelOutput, modelPage } from "@/lib/models/schema";
import { createProviderModel, listProviderModels } from "@/lib/providers/models";
import { providerParams } from "@/lib/providers/schema";

export const GET = route({
  method: "GET",
  summary: "List a provider's models",
  permission: "providers.read",
  params: providerParams,
  query: listProviderModelsQuery,
  output: modelPage,
  handler: (ctx, { params, query }) => listProviderModels(ctx, params.id, query),
});

export const POST = route({
  method: "POST",
  summary: "Add a model to a provider",
  description:
    "Without a price it gets the list price where that is known; otherwise its price stays unknown, never zero.",
  permission: "models.write",
  params: providerParams,
  body: createModelInput,
  output: modelOutput,
  handler: (ctx, { params, body }) => createProviderModel(ctx, params.id, body),
});

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET, POST);
