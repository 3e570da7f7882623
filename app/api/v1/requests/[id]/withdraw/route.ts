import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { requestDetail, requestParams } from "@/lib/requests/schema";
import { withdrawRequest } from "@/lib/requests/service";

export const POST = route({
  method: "POST",
  summary: "Take one's own request back",
  permission: "requests.write",
  params: requestParams,
  output: requestDetail,
  handler: (ctx, { params }) => withdrawRequest(ctx, params.id),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
