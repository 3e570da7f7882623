import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { openedInvitationOutput, openInvitationInput } from "@/lib/invitations/schema";
import { openInvitation } from "@/lib/invitations/service";

export const POST = route({
  method: "POST",
  summary: "See what an invitation's link promises",
  description: "Changes nothing. 404 for a link that opens nothing, 429 for whoever tries many of those.",
  permission: "public",
  readOnly: true,
  body: openInvitationInput,
  output: openedInvitationOutput,
  handler: (ctx, { body }) => openInvitation(ctx, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
