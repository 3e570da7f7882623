import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { statusOutput } from "@/lib/status/schema";
import { readStatus } from "@/lib/status/service";

export const GET = route({
  method: "GET",
  summary: "Read the state of this server",
  permission: "settings.read",
  output: statusOutput,
  handler: (ctx) => readStatus(ctx),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
