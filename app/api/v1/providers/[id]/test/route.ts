import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { testProvider } from "@/lib/providers/connection";
import { connectionOutput, providerParams, testProviderInput } from "@/lib/providers/schema";

export const POST = route({
  method: "POST",
  summary: "Test the connection to a provider",
  description: "Lists the provider's models, with a stored credential or with a key that is tried before it is stored.",
  permission: "providers.write",
  params: providerParams,
  body: testProviderInput,
  output: connectionOutput,
  readOnly: true,
  handler: (ctx, { params, body }) => testProvider(ctx, params.id, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
