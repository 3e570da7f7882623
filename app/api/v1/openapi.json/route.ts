import { z } from "zod";
import { routes } from "@/app/api/v1/routes";
import { buildOpenApi } from "@/lib/api/openapi";
import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { sessionCookieName } from "@/lib/auth/session-token";
import { getConfig } from "@/lib/config/config";
import { version } from "@/lib/version";

let document: Record<string, unknown> | undefined;

export const GET = route({
  method: "GET",
  summary: "This description, in OpenAPI 3.1",
  permission: "public",
  output: z.record(z.string(), z.unknown()),
  handler: async () => {
    const { publicUrl } = getConfig();
    const info = { version, publicUrl, sessionCookie: sessionCookieName(publicUrl) };
    // It stands beside the table rather than in it, since the table cannot be a part of what reads it.
    document ??= buildOpenApi({ ...routes, "/openapi.json": { GET } }, info);
    return document;
  },
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
