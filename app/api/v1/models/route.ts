import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { listModelsQuery, modelPage } from "@/lib/models/schema";
import { listModels } from "@/lib/models/service";

export const GET = route({
  method: "GET",
  summary: "List models with their prices",
  permission: "models.read",
  query: listModelsQuery,
  output: modelPage,
  handler: (ctx, { query }) => listModels(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
