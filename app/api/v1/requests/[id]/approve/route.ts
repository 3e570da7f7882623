import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { approveRequest } from "@/lib/requests/decide";
import { approveRequestInput, requestDetail, requestParams } from "@/lib/requests/schema";

export const POST = route({
  method: "POST",
  summary: "Approve a request for a higher budget",
  description:
    "Raises the budget at once, until the increase ends by itself. `bounded_by` of the answer names the budgets that bind before this one.",
  permission: "budgets.write",
  params: requestParams,
  body: approveRequestInput,
  output: requestDetail,
  handler: (ctx, { params, body }) => approveRequest(ctx, params.id, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
