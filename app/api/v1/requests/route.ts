import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { createRequestInput, listRequestsQuery, requestDetail, requestPage } from "@/lib/requests/schema";
import { createRequest, listRequests } from "@/lib/requests/service";

export const GET = route({
  method: "GET",
  summary: "List requests for a higher budget",
  description:
    "One's own, and those on budgets whose limit the caller may set. `?state=open&decidable=true` is the caller's inbox.",
  permission: "requests.read",
  query: listRequestsQuery,
  output: requestPage,
  handler: (ctx, { query }) => listRequests(ctx, query),
});

export const POST = route({
  method: "POST",
  summary: "Ask for a higher budget",
  description:
    "On a budget that binds the person who asks. One request per person and budget is open at a time; whoever may set the limit decides, never the person who asks.",
  permission: "requests.write",
  body: createRequestInput,
  output: requestDetail,
  handler: (ctx, { body }) => createRequest(ctx, body),
});

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET, POST);
