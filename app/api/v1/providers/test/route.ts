import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { testAddress } from "@/lib/providers/connection";
import { connectionOutput, testAddressInput } from "@/lib/providers/schema";

export const POST = route({
  method: "POST",
  summary: "Test an address and a key before they are stored",
  description: "Lists the models that are served there. Neither the address nor the key is kept.",
  permission: "providers.write",
  body: testAddressInput,
  output: connectionOutput,
  readOnly: true,
  handler: (ctx, { body }) => testAddress(ctx, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
