import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { denyRequest } from "@/lib/requests/decide";
import { denyRequestInput, requestDetail, requestParams } from "@/lib/requests/schema";

export const POST = route({
  method: "POST",
  summary: "Deny a request for a higher budget",
  permission: "budgets.write",
  params: requestParams,
  body: denyRequestInput,
  output: requestDetail,
  handler: (ctx, { params, body }) => denyRequest(ctx, params.id, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
