import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { requestDetail, requestParams } from "@/lib/requests/schema";
import { getRequest } from "@/lib/requests/service";

export const GET = route({
  method: "GET",
  summary: "Read a request for a higher budget",
  permission: "requests.read",
  params: requestParams,
  output: requestDetail,
  handler: (ctx, { params }) => getRequest(ctx, params.id),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
