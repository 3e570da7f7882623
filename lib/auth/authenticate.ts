/**
 * Finds out who sends a control-plane request: bearer key, master key or session cookie. Called by route() alone; the
 * gateway has its own, faster way over the directory.
 */

import type { Clock } from "@/lib/clock";
import { getConfig } from "@/lib/config/config";
import { systemContext } from "@/lib/context";
import type { Db } from "@/lib/db/client";
import { AppError } from "@/lib/errors";
import { readSession } from "@/lib/sessions/service";
import { authorityOfKey, authorityOfUser } from "./authority";
import { hashSecret } from "./hash";
import { parseSecret } from "./key-format";
import { verifyMasterKey } from "./master-key";
import { masterPrincipal, type Principal } from "./principal";
import { decodeSession, readCookie, sessionCookieName } from "./session-token";

interface Asked {
  db: Db;
  clock: Clock;
  address: string | null;
}

function refuse(message: string): never {
  throw new AppError("unauthenticated", message);
}

async function principalOfKey(secret: string, { db, clock }: Asked): Promise<Principal> {
  const found = await db.keySecret.findUnique({
    where: { hash: hashSecret(secret) },
    include: { key: { include: { user: true, parent: { include: { parent: true } } } } },
  });
  const now = new Date(clock.now());
  if (!found || (found.expires_at && found.expires_at <= now)) refuse("This key is not valid.");
  const { key } = found;
  // A key ends with those that it was made from; a chain has at most three.
  const chain = [key, key.parent, key.parent?.parent].filter((link) => link != null);
  if (chain.some((link) => link.revoked_at)) refuse("This key has been revoked.");
  if (chain.some((link) => link.blocked_at)) refuse("This key is blocked.");
  if (chain.some((link) => link.expires_at && link.expires_at <= now)) refuse("This key has expired.");
  if (key.user?.disabled_at) refuse("The owner of this key is disabled.");
  return { kind: "key", id: key.id, name: key.name, authority: await authorityOfKey(db, key, key.user) };
}

async function principalOfBearer(secret: string, asked: Asked): Promise<Principal> {
  const parsed = parseSecret(secret);
  if (parsed && parsed.type !== "master") return principalOfKey(secret, asked);
  const ctx = { ...systemContext(asked.db, "authenticate", asked.clock), address: asked.address };
  const masterKeyId = await verifyMasterKey(ctx, secret);
  return masterKeyId ? masterPrincipal(masterKeyId) : refuse("This key is not valid.");
}

async function principalOfSession(token: string, { db, clock }: Asked): Promise<Principal> {
  const claims = await decodeSession(token, getConfig().nextAuthSecret);
  const session = claims && (await readSession(db, clock, claims.sid));
  if (!session || claims.sub !== (session.user?.id ?? session.masterKeyId))
    refuse("Your session has ended. Sign in again.");
  const { user } = session;
  if (!user) return masterPrincipal(claims.sub, session.id);
  if (session.isNoted)
    await db.user.updateMany({ where: { id: user.id }, data: { last_seen_at: new Date(clock.now()) } });
  const authority = await authorityOfUser(db, user);
  return { kind: "session", id: user.id, sessionId: session.id, name: user.email, authority };
}

// A cookie is sent by the browser whoever wrote the page, so a change must come from a page of our own (OWASP CSRF cheat
// sheet, "Verifying Origin"). A bearer token is not sent by itself and needs no such check.
function refuseForeignOrigin(request: Request): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  if (request.headers.get("origin") === new URL(getConfig().publicUrl).origin) return;
  throw new AppError("forbidden", "This request did not come from one of this server's own pages.");
}

/** The principal of a request; throws unauthenticated (401) where there is none, forbidden for a cookie from a foreign page. */
export async function authenticate(request: Request, asked: Asked): Promise<Principal> {
  const authorization = request.headers.get("authorization");
  if (authorization) {
    const secret = /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1];
    return secret ? principalOfBearer(secret, asked) : refuse("Send the key as: Authorization: Bearer <key>.");
  }
  const token = readCookie(request.headers.get("cookie"), sessionCookieName(getConfig().publicUrl));
  if (!token) refuse("Send a key as Authorization: Bearer <key>, or sign in.");
  refuseForeignOrigin(request);
  return principalOfSession(token, asked);
}
