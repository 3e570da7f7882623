import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { invitationOutput, invitationParams } from "@/lib/invitations/schema";
import { getInvitation, revokeInvitation } from "@/lib/invitations/service";

export const GET = route({
  method: "GET",
  summary: "Read an invitation",
  permission: "invitations.read",
  params: invitationParams,
  output: invitationOutput,
  handler: (ctx, { params }) => getInvitation(ctx, params.id),
});

export const DELETE = route({
  method: "DELETE",
  summary: "Revoke an invitation",
  description: "It stays in the list as revoked. The account that waited for it stays too, and can be invited again.",
  permission: "invitations.write",
  params: invitationParams,
  handler: (ctx, { params }) => revokeInvitation(ctx, params.id),
});

export const { POST, PUT, PATCH, OPTIONS } = otherMethods(GET, DELETE);
