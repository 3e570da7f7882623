/**
 * Session tokens: next-auth's encrypted JWTs that carry ids only. Whether the session still counts, and what its person may do, is
 * read from the database at each request.
 */
import { decode, encode } from "next-auth/jwt";

export interface SessionClaims {
  /** The session's row, which says what it is worth. */
  sid: string;
  /** A user's id, or the id of the master key row for a break-glass session. */
  sub: string;
}

/** The `__Host-` prefix binds the cookie to this host and path, but browsers take it over https only. */
export function sessionCookieName(publicUrl: string): string {
  return publicUrl.startsWith("https:") ? "__Host-pllm.session" : "pllm.session";
}

/** Cookies by name, each as it was set; those that nobody could have set are left out. */
export function readCookies(header: string | null): Record<string, string> {
  const cookies = new Map<string, string>();
  for (const part of header?.split(";") ?? []) {
    const at = part.indexOf("=");
    const name = part.slice(0, at).trim();
    if (at < 1 || cookies.has(name)) continue;
    try {
      cookies.set(name, decodeURIComponent(part.slice(at + 1).trim()));
    } catch {
      // Not a cookie of ours.
    }
  }
  return Object.fromEntries(cookies);
}

/** The value of a cookie; null where there is none. */
export function readCookie(header: string | null, name: string): string | null {
  return readCookies(header)[name] ?? null;
}

/** A signed-in session's cookie value, of use for `maxAgeSeconds` at most; next-auth makes the same one at sign-in. */
export function encodeSession(claims: SessionClaims, secret: string, maxAgeSeconds: number): Promise<string> {
  const { sid, sub } = claims;
  return encode({ token: { sid, sub }, secret, maxAge: maxAgeSeconds });
}

/** The claims of a valid, unexpired token, else null. */
export async function decodeSession(token: string, secret: string): Promise<SessionClaims | null> {
  try {
    const claims = await decode({ token, secret });
    return typeof claims?.sub === "string" && typeof claims.sid === "string"
      ? { sid: claims.sid, sub: claims.sub }
      : null;
  } catch {
    return null;
  }
}
