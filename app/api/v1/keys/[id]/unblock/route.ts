import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { unblockKey } from "@/lib/keys/lifecycle";
import { keyOutput, keyParams } from "@/lib/keys/schema";

export const POST = route({
  method: "POST",
  summary: "Let a blocked key work again",
  permission: "keys.write",
  params: keyParams,
  output: keyOutput,
  handler: (ctx, { params }) => unblockKey(ctx, params.id),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
