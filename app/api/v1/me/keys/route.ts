import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { keyPage } from "@/lib/keys/schema";
import { myKeysQuery } from "@/lib/me/schema";
import { listMyKeys } from "@/lib/me/service";

export const GET = route({
  method: "GET",
  summary: "List your own keys",
  permission: "keys.read",
  query: myKeysQuery,
  output: keyPage,
  handler: (ctx, { query }) => listMyKeys(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
