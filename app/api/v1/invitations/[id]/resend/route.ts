import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { invitationParams, invitationWithLink, resendInvitationInput } from "@/lib/invitations/schema";
import { resendInvitation } from "@/lib/invitations/service";

export const POST = route({
  method: "POST",
  summary: "Send an invitation again",
  description: "With a new link and a new end; the old link is dead. You are its inviter from now on.",
  permission: "invitations.write",
  params: invitationParams,
  body: resendInvitationInput,
  output: invitationWithLink,
  handler: (ctx, { params, body }) => resendInvitation(ctx, params.id, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
