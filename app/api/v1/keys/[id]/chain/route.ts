import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { keyChainOutput, keyParams } from "@/lib/keys/schema";
import { readKeyChain } from "@/lib/keys/service";

export const GET = route({
  method: "GET",
  summary: "Read what a key's calls are charged to",
  description:
    "Every level from the key to the organisation with its budgets; who owns the key is left out where that is hidden.",
  permission: "keys.read",
  params: keyParams,
  output: keyChainOutput,
  handler: (ctx, { params }) => readKeyChain(ctx, params.id),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
