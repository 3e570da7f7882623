/**
 * Session tokens: next-auth's encrypted JWTs that carry ids only. What a person may do is read from the database at each
 * request, so that disabling or demoting someone needs no new token.
 */
import { decode, encode } from "next-auth/jwt";

export interface SessionClaims {
  /** A user's id, or the id of the master key row for a break-glass session. */
  sub: string;
  /** The user's session epoch at sign-in; a newer one in the database signs this session out. */
  epoch: number;
}

export const sessionMaxAgeSeconds = 12 * 3600;

/** The `__Host-` prefix binds the cookie to this host and path, but browsers take it over https only. */
export function sessionCookieName(publicUrl: string): string {
  return publicUrl.startsWith("https:") ? "__Host-pllm.session" : "pllm.session";
}

/** The value of a cookie as it was set; null where there is none, or none that anybody could have set. */
export function readCookie(header: string | null, name: string): string | null {
  for (const part of header?.split(";") ?? []) {
    const at = part.indexOf("=");
    if (at < 1 || part.slice(0, at).trim() !== name) continue;
    try {
      return decodeURIComponent(part.slice(at + 1).trim());
    } catch {
      return null;
    }
  }
  return null;
}

/** A signed-in session's cookie value; next-auth makes the same one at sign-in. */
export function encodeSession(claims: SessionClaims, secret: string): Promise<string> {
  return encode({ token: { ...claims }, secret, maxAge: sessionMaxAgeSeconds });
}

/** The claims of a valid, unexpired token, else null. */
export async function decodeSession(token: string, secret: string): Promise<SessionClaims | null> {
  try {
    const claims = await decode({ token, secret });
    return typeof claims?.sub === "string" && typeof claims.epoch === "number"
      ? { sub: claims.sub, epoch: claims.epoch }
      : null;
  } catch {
    return null;
  }
}
