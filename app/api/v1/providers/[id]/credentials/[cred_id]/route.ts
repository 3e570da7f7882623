import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { deleteCredential, updateCredential } from "@/lib/providers/credentials";
import { credentialOutput, credentialParams, updateCredentialInput } from "@/lib/providers/schema";

export const PATCH = route({
  method: "PATCH",
  summary: "Change a credential or its key",
  permission: "providers.write",
  params: credentialParams,
  body: updateCredentialInput,
  output: credentialOutput,
  handler: (ctx, { params, body, ifVersion }) => updateCredential(ctx, params.id, params.cred_id, body, ifVersion),
});

export const DELETE = route({
  method: "DELETE",
  summary: "Delete a credential",
  permission: "providers.write",
  params: credentialParams,
  handler: (ctx, { params }) => deleteCredential(ctx, params.id, params.cred_id),
});

export const { GET, POST, PUT, OPTIONS } = otherMethods(PATCH, DELETE);
