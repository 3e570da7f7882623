import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { deleteModel } from "@/lib/models/service";
import { providerModelParams } from "@/lib/providers/schema";

export const DELETE = route({
  method: "DELETE",
  summary: "Delete a model",
  permission: "models.write",
  params: providerModelParams,
  handler: (ctx, { params }) => deleteModel(ctx, params.model_id),
});

export const { GET, POST, PUT, PATCH, OPTIONS } = otherMethods(DELETE);
