import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import {
  createInvitationInput,
  invitationPage,
  invitationWithLink,
  listInvitationsQuery,
} from "@/lib/invitations/schema";
import { createInvitation, listInvitations } from "@/lib/invitations/service";

export const GET = route({
  method: "GET",
  summary: "List invitations",
  permission: "invitations.read",
  query: listInvitationsQuery,
  output: invitationPage,
  handler: (ctx, { query }) => listInvitations(ctx, query),
});

export const POST = route({
  method: "POST",
  summary: "Invite somebody by e-mail",
  description:
    "Makes the account if there is none. The link goes out by mail where `SMTP_URL` is set; it is shown in this answer and never again.",
  permission: "invitations.write",
  body: createInvitationInput,
  output: invitationWithLink,
  handler: (ctx, { body }) => createInvitation(ctx, body),
});

export const { PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET, POST);
