/**
 * Everybody who may ask the control plane, as real rows: one organisation with a team in it, another organisation beside it, and for
 * each kind of caller the headers of a request. Tests only.
 */
import { ensureMasterKey } from "@/lib/auth/master-key";
import { encodeSession, sessionCookieName } from "@/lib/auth/session-token";
import { getConfig } from "@/lib/config/config";
import type { Db } from "@/lib/db/client";
import type { Team } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";
import { makeKey, makeMember, makeTeam, makeUser } from "./factories";

export const callerNames = [
  "no session",
  "other team's member",
  "viewer",
  "member",
  "owner",
  "manager",
  "admin",
  "disabled",
  "demoted",
  "virtual key",
  "admin key",
  "master key",
] as const;
export type CallerName = (typeof callerNames)[number];

export interface Caller {
  name: CallerName;
  headers: Record<string, string>;
  /** The person, if it is one. */
  userId: string | null;
  masterKeyId: string | null;
}

export interface Callers {
  organisation: Team;
  /** Below the organisation: the viewer and the member are in this one, the owner owns the organisation. */
  team: Team;
  callers: Record<CallerName, Caller>;
  /** The same caller, signed in anew; for after a sign-out. */
  signInAgain(name: CallerName): Promise<Caller>;
}

const sessionSeconds = 3_600;

/** The value of a cookie header of somebody who has just signed in. */
export async function makeSessionCookie(
  db: Db,
  holder: { user_id: string } | { master_key_id: string },
): Promise<{ id: string; cookie: string }> {
  const { publicUrl, nextAuthSecret } = getConfig();
  const id = newId("session");
  await db.session.create({ data: { id, ...holder, expires_at: new Date(Date.now() + sessionSeconds * 1_000) } });
  const sub = "user_id" in holder ? holder.user_id : holder.master_key_id;
  const token = await encodeSession({ sid: id, sub }, nextAuthSecret, sessionSeconds);
  return { id, cookie: `${sessionCookieName(publicUrl)}=${token}` };
}

/** Headers as a browser sends them from one of our own pages. */
async function browserHeaders(db: Db, userId: string): Promise<Record<string, string>> {
  const { cookie } = await makeSessionCookie(db, { user_id: userId });
  return { cookie, origin: new URL(getConfig().publicUrl).origin };
}

/** Makes them all. The demoted one was an admin and owner when they signed in; the disabled one still is both. */
export async function makeCallers(db: Db): Promise<Callers> {
  const organisation = await makeTeam(db);
  const team = await makeTeam(db, { parent_id: organisation.id });
  const elsewhere = await makeTeam(db);
  const none = { userId: null, masterKeyId: null };

  const person = async (name: CallerName, role: string, place?: [{ id: string }, string]): Promise<Caller> => {
    const user = await makeUser(db, { role });
    if (place) await makeMember(db, place[0], user, place[1]);
    return { name, headers: await browserHeaders(db, user.id), userId: user.id, masterKeyId: null };
  };
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

  const disabled = await person("disabled", "admin", [organisation, "owner"]);
  await db.user.update({ where: { id: disabled.userId ?? "" }, data: { disabled_at: new Date() } });
  const demoted = await person("demoted", "admin", [organisation, "owner"]);
  await db.user.update({ where: { id: demoted.userId ?? "" }, data: { role: "user", manual_role: "user" } });
  await db.membership.deleteMany({ where: { user_id: demoted.userId ?? "" } });
  const expires_at = new Date(Date.now() + sessionSeconds * 1_000);
  const guest = await makeKey(db, { type: "virtual", team_id: team.id, expires_at });
  const adminKey = await makeKey(db, { type: "admin" });
  const { masterKey } = getConfig();
  const callers: Record<CallerName, Caller> = {
    "no session": { name: "no session", headers: {}, ...none },
    "other team's member": await person("other team's member", "user", [elsewhere, "member"]),
    viewer: await person("viewer", "viewer", [team, "viewer"]),
    member: await person("member", "user", [team, "member"]),
    owner: await person("owner", "user", [organisation, "owner"]),
    manager: await person("manager", "manager"),
    admin: await person("admin", "admin"),
    disabled,
    demoted,
    "virtual key": { name: "virtual key", headers: bearer(guest.secret), ...none },
    "admin key": { name: "admin key", headers: bearer(adminKey.secret), ...none },
    "master key": {
      name: "master key",
      headers: bearer(masterKey),
      userId: null,
      masterKeyId: await ensureMasterKey(db, masterKey),
    },
  };
  return {
    organisation,
    team,
    callers,
    async signInAgain(name) {
      const caller = callers[name];
      if (caller.userId && caller.headers.cookie) caller.headers = await browserHeaders(db, caller.userId);
      return caller;
    },
  };
}
