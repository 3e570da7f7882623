import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { blockKey } from "@/lib/keys/lifecycle";
import { keyOutput, keyParams } from "@/lib/keys/schema";

export const POST = route({
  method: "POST",
  summary: "Refuse a key until it is unblocked",
  permission: "keys.write",
  params: keyParams,
  output: keyOutput,
  handler: (ctx, { params }) => blockKey(ctx, params.id),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
