import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { createCredential, listCredentials } from "@/lib/providers/credentials";
import {
  createCredentialInput,
  credentialOutput,
  credentialPage,
  listCredentialsQuery,
  providerParams,
} from "@/lib/providers/schema";

export const GET = route({
  method: "GET",
  summary: "List a provider's credentials",
  permission: "providers.read",
  params: providerParams,
  query: listCredentialsQuery,
  output: credentialPage,
  handler: (ctx, { params, query }) => listCredentials(ctx, params.id, query),
});

export const POST = route({
  method: "POST",
  summary: "Add a credential",
  permission: "providers.write",
  params: providerParams,
  body: createCredentialInput,
  output: credentialOutput,
  handler: (ctx, { params, body }) => createCredential(ctx, params.id, body),
});

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET, POST);
