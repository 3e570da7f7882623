import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { modelOutput, modelParams, updateModelInput } from "@/lib/models/schema";
import { getModel, updateModel } from "@/lib/models/service";

export const GET = route({
  method: "GET",
  summary: "Read a model with its price",
  permission: "models.read",
  params: modelParams,
  output: modelOutput,
  handler: (ctx, { params }) => getModel(ctx, params.id),
});

export const PATCH = route({
  method: "PATCH",
  summary: "Change a model or its price",
  description:
    "A price is added to the model's history; one that equals the price in force adds nothing. `price: null` goes back from a price set by hand to the list price.",
  permission: "models.write",
  params: modelParams,
  body: updateModelInput,
  output: modelOutput,
  handler: (ctx, { params, body, ifVersion }) => updateModel(ctx, params.id, body, ifVersion),
});

export const { POST, PUT, DELETE, OPTIONS } = otherMethods(GET, PATCH);
