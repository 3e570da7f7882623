import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { signOutOutput } from "@/lib/sessions/schema";
import { endMySessions } from "@/lib/sessions/service";

export const POST = route({
  method: "POST",
  summary: "Sign out everywhere: end all of your sessions",
  permission: "sessions.write",
  output: signOutOutput,
  handler: (ctx) => endMySessions(ctx),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
