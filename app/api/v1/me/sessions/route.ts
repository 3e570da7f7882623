import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { mySessionsOutput, mySessionsQuery } from "@/lib/sessions/schema";
import { listMySessions } from "@/lib/sessions/service";

export const GET = route({
  method: "GET",
  summary: "List where you are signed in",
  permission: "sessions.read",
  query: mySessionsQuery,
  output: mySessionsOutput,
  handler: (ctx, { query }) => listMySessions(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
