import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { listSignInsQuery, signInPage } from "@/lib/sign-ins/schema";
import { listSignIns } from "@/lib/sign-ins/service";

export const GET = route({
  method: "GET",
  summary: "List what came of the last sign-ins",
  description: "Newest first; the last 10,000 are kept. What went wrong comes with its cause and a remedy.",
  permission: "settings.read",
  query: listSignInsQuery,
  output: signInPage,
  handler: (ctx, { query }) => listSignIns(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
