import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { meOutput } from "@/lib/me/schema";
import { getMe } from "@/lib/me/service";

export const GET = route({
  method: "GET",
  summary: "Who you are and what you may do",
  permission: "me.read",
  output: meOutput,
  handler: (ctx) => getMe(ctx),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
