/** Signed-in browsers: a session as signing in opens it, and the headers that a browser then sends. Tests only. */
import { encodeSession, sessionCookieName } from "@/lib/auth/session-token";
import { type Clock, systemClock } from "@/lib/clock";
import { getConfig } from "@/lib/config/config";
import { systemContext } from "@/lib/context";
import type { Db } from "@/lib/db/client";
import { openSession } from "@/lib/sessions/service";

export interface SignedIn {
  sessionId: string;
  /** The cookie, and the origin that a page of ours sends along. */
  headers: { cookie: string; origin: string };
}

/** A person's browser, or one that signed in with the master key of this row. */
export async function signInAs(
  db: Db,
  who: { id: string } | { masterKeyId: string },
  clock: Clock = systemClock,
): Promise<SignedIn> {
  const { publicUrl, nextAuthSecret } = getConfig();
  const isMasterKey = "masterKeyId" in who;
  const { id } = await openSession(systemContext(db, "test", clock), {
    holder: isMasterKey ? who : { userId: who.id, identityId: null },
    client: "a test's browser",
  });
  const token = await encodeSession({ sid: id, sub: isMasterKey ? who.masterKeyId : who.id }, nextAuthSecret, 3_600);
  const { origin } = new URL(publicUrl);
  return { sessionId: id, headers: { cookie: `${sessionCookieName(publicUrl)}=${token}`, origin } };
}
