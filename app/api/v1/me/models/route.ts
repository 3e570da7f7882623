import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { listMyModels } from "@/lib/me/service";
import { callablePage, listCallableQuery } from "@/lib/models/schema";

export const GET = route({
  method: "GET",
  summary: "List the models that you may call",
  permission: "models.read",
  query: listCallableQuery,
  output: callablePage,
  handler: (ctx, { query }) => listMyModels(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
