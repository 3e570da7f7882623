/** The gateway as a route handler, for `next dev` and `next start` without server.ts. The same pipeline, a slower door. */
import { getGateway } from "@/lib/gateway/instance";
import { serveWeb } from "@/lib/gateway/web-door";

async function handle(request: Request): Promise<Response> {
  const gateway = await getGateway();
  return serveWeb(request, (exchange) => gateway.handle(exchange));
}

export {
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as OPTIONS,
  handle as PATCH,
  handle as POST,
  handle as PUT,
};
export const dynamic = "force-dynamic";
