import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { sessionParams } from "@/lib/sessions/schema";
import { endMySession } from "@/lib/sessions/service";

export const DELETE = route({
  method: "DELETE",
  summary: "End one of your sessions",
  permission: "sessions.write",
  params: sessionParams,
  handler: (ctx, { params }) => endMySession(ctx, params.id),
});

export const { GET, POST, PUT, PATCH, OPTIONS } = otherMethods(DELETE);
