import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { previewMapping } from "@/lib/provisioning/preview";
import { previewInput, previewOutput } from "@/lib/provisioning/schema";

export const POST = route({
  method: "POST",
  summary: "Show what a sign-in with some claims would do",
  description: "Nothing happens: no user, no team, no record. `rules` tries out settings before they are saved.",
  permission: "settings.read",
  body: previewInput,
  output: previewOutput,
  readOnly: true,
  handler: (ctx, { body }) => previewMapping(ctx, body),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
