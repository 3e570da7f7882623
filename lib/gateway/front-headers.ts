/** Which headers the public listener passes on, and what it says of its own. Pure; called by ./front alone. */
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

/** The address of whoever sent the request. Behind a trusted proxy that is the last one it noted, the only one it vouches for. */
function clientAddress(req: IncomingMessage, trustProxy: boolean): string {
  const header = trustProxy ? req.headers["x-forwarded-for"] : undefined;
  const noted = (Array.isArray(header) ? header.join(",") : header)?.split(",").at(-1)?.trim();
  return noted || (req.socket.remoteAddress ?? "unknown").replace(/^::ffff:/, "");
}

// RFC 9110 section 7.6.1, and `expect`, which Node has answered before a request gets here.
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
]);
const forwarding = new Set([
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-real-ip",
]);

// What Next's parts tell each other. From outside these could only mislead it (CVE-2025-29927), or ask for another answer.
const nextInternal = /^x-(middleware|invoke|nextjs-data|matched-path|now-route-matches)\b/;
// What a page's own script asks for parts of a page with. What is no page has none, and Next would send the caller elsewhere.
const pageParts = /^(rsc$|next-)/;
const noPage = /^\/(api|v1|docs|metrics|healthz|readyz)(?:[/?]|$)/;

/** Whether a header of a request to `target` is not to be passed on: what a caller writes there is not theirs to say. */
export function isRefused(name: string, target: string): boolean {
  return forwarding.has(name) || nextInternal.test(name) || (pageParts.test(name) && noPage.test(target));
}

/** Raw header lines without those that concern one connection only; `isDropped` names more. */
export function passHeaders(message: IncomingMessage, isDropped: (name: string) => boolean): OutgoingHttpHeaders {
  const listed = new Set(
    (message.headers.connection ?? "")
      .toLowerCase()
      .split(",")
      .map((name) => name.trim()),
  );
  const headers: Record<string, string[]> = {};
  for (let index = 0; index < message.rawHeaders.length; index += 2) {
    const name = (message.rawHeaders[index] ?? "").toLowerCase();
    if (hopByHop.has(name) || listed.has(name) || isDropped(name)) continue;
    headers[name] = [...(headers[name] ?? []), message.rawHeaders[index + 1] ?? ""];
  }
  // One value stays one value: Node refuses lists for headers such as host.
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}

/** What the internal listener is told of where a request came from. */
export function forwardedHeaders(req: IncomingMessage, trustProxy: boolean): OutgoingHttpHeaders {
  const trusted = (name: string) => (trustProxy ? req.headers[name] : undefined);
  return {
    "x-forwarded-for": clientAddress(req, trustProxy),
    "x-forwarded-proto": trusted("x-forwarded-proto") ?? "http",
    "x-forwarded-host": trusted("x-forwarded-host") ?? req.headers.host ?? "",
  };
}
