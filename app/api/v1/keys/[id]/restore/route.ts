import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { restoreKey } from "@/lib/keys/lifecycle";
import { keyOutput, keyParams } from "@/lib/keys/schema";

export const POST = route({
  method: "POST",
  summary: "Take back a revocation, within 30 days",
  permission: "keys.write",
  params: keyParams,
  output: keyOutput,
  handler: (ctx, { params }) => restoreKey(ctx, params.id),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
