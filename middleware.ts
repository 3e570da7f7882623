/**
 * Before a page: a request id, the content policy with the page's own nonce, and the way to the sign-in page for whoever has
 * no session cookie. Not authorisation: a cookie is not even opened here; pages hold no data, and /api/v1 decides at each call.
 */
import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { sessionCookieName } from "@/lib/auth/session-token";
import { newId } from "@/lib/ids";
import { isPublicPage, signInPath, signOutPath } from "@/lib/paths";

// What is no page of ours answers for itself: the gateway, the API and its reference, probes, files.
export const config = {
  runtime: "nodejs",
  matcher: [
    "/((?!v1(?:/|$)|api(?:/|$)|docs(?:/|$)|healthz$|readyz$|metrics$|_next/static/|_next/image|favicon\\.ico$|icon\\.svg$|scalar\\.js$).*)",
  ],
};

const isDevelopment = process.env.NODE_ENV === "development";

// Whether this server is reached over https is not visible behind a proxy; only one of the two names ever carries a session.
const sessionCookies = [sessionCookieName("https://"), sessionCookieName("http://")];

// Hot reload evaluates code and writes styles into the page as it goes.
function contentPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    `style-src 'self'${isDevelopment ? " 'unsafe-inline'" : ` 'nonce-${nonce}'`}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function requestIdOf(request: NextRequest): string {
  const sent = request.headers.get("x-request-id");
  return sent && /^[\w.:-]{1,100}$/.test(sent) ? sent : newId("request");
}

function toSignIn(request: NextRequest): NextResponse {
  const { pathname, search } = request.nextUrl;
  // Whoever came to sign out has nothing to go back to.
  const path = pathname === signOutPath ? signInPath() : signInPath({ returnTo: `${pathname}${search}` });
  return NextResponse.redirect(new URL(path, request.nextUrl));
}

export function middleware(request: NextRequest): NextResponse {
  const requestId = requestIdOf(request);
  const { pathname } = request.nextUrl;
  const policy = contentPolicy(randomBytes(16).toString("base64"));
  const headers = new Headers(request.headers);
  headers.set("x-request-id", requestId);
  // Next reads the nonce for its own scripts from here.
  headers.set("content-security-policy", policy);
  const mayPass = isPublicPage(pathname) || sessionCookies.some((name) => request.cookies.has(name));
  const response = mayPass ? NextResponse.next({ request: { headers } }) : toSignIn(request);
  response.headers.set("x-request-id", requestId);
  response.headers.set("content-security-policy", policy);
  return response;
}
