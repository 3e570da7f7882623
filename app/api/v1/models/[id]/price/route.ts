import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { modelParams, priceHistoryOutput } from "@/lib/models/schema";
import { getModelPrices } from "@/lib/models/service";

export const GET = route({
  method: "GET",
  summary: "Read a model's price and its history",
  permission: "models.read",
  params: modelParams,
  output: priceHistoryOutput,
  handler: (ctx, { params }) => getModelPrices(ctx, params.id),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
