/**
 * Sessions: who is signed in with which browser, until when. The cookie carries ids; what it is worth is read here at each
 * request. lib/auth opens and reads them, users and provisioning end them, the routes under /me show a person their own.
 */
import { type Page, pageRows } from "@/lib/api/pagination";
import { recordAudit } from "@/lib/audit/record";
import { masterPrincipal, type Principal } from "@/lib/auth/principal";
import type { Authority } from "@/lib/authz/permissions";
import type { Clock } from "@/lib/clock";
import { type Context, requireReach, withTransaction } from "@/lib/context";
import type { Db } from "@/lib/db/client";
import type { Session, User } from "@/lib/db/generated/client";
import { AppError, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { readSettings } from "@/lib/settings/service";
import { lifetimeOf, liveWhere } from "./lifetime";
import { type MySessionsQuery, sessionSorts } from "./schema";
import * as store from "./store";

const seenGranularityMs = 60_000;
const longestClient = 200;
const mostListed = 200;

/** How long the cookie of a session that is opened now may be kept; what counts is the session's own end. */
export async function longestSessionSeconds(db: Db, isMasterKey: boolean): Promise<number> {
  return lifetimeOf(await readSettings(db), isMasterKey).maxMs / 1_000;
}

export interface NewSession {
  holder: { userId: string; identityId: string | null } | { masterKeyId: string };
  /** How the browser names itself. */
  client: string | null;
}

const noRights: Authority = { role: null, userId: null, teamRoles: new Map(), scopes: [] };

// Whoever signs in is the one who did it, as far as the audit log is concerned.
async function principalOf(tx: Context, { holder }: NewSession): Promise<Principal> {
  if ("masterKeyId" in holder) return masterPrincipal(holder.masterKeyId);
  const person = await store.seePerson(tx.db, holder.userId, new Date(tx.clock.now()));
  if (!person) throw new AppError("forbidden", "This account is disabled.");
  return { kind: "session", id: holder.userId, name: person.email, authority: noRights };
}

/** Opens a session; 403 where the person is disabled meanwhile. `ctx` carries the browser's address. */
export function openSession(ctx: Context, input: NewSession): Promise<{ id: string; expires_at: Date }> {
  return withTransaction(ctx, async (tx) => {
    const { holder, client } = input;
    const principal = await principalOf(tx, input);
    const isMasterKey = "masterKeyId" in holder;
    const now = tx.clock.now();
    const { maxMs } = lifetimeOf(await readSettings(tx.db), isMasterKey);
    const session = await store.insertSession(tx.db, {
      id: newId("session", now),
      ...(isMasterKey
        ? { master_key_id: holder.masterKeyId }
        : { user_id: holder.userId, identity_id: holder.identityId }),
      expires_at: new Date(now + maxMs),
      last_seen_at: new Date(now),
      created_at: new Date(now),
      address: tx.address,
      client: client?.slice(0, longestClient) ?? null,
    });
    await recordAudit(
      { ...tx, principal },
      {
        action: "session.created",
        target_type: isMasterKey ? "master_key" : "user",
        target_id: isMasterKey ? holder.masterKeyId : holder.userId,
        details: { session_id: session.id },
      },
    );
    return { id: session.id, expires_at: session.expires_at };
  });
}

export interface LiveSession {
  id: string;
  /** Exactly one of the two is there. */
  user: User | null;
  masterKeyId: string | null;
  /** True about once a minute: this request is the one that was noted as the session's last. */
  isNoted: boolean;
}

async function findCounting(db: Db, nowMs: number, id: string): Promise<store.SessionWithHolder | null> {
  const settings = await readSettings(db);
  const live = (isMasterKey: boolean) => liveWhere(lifetimeOf(settings, isMasterKey), nowMs);
  const ofMasterKey = { ...live(true), master_key: { retired_at: null } };
  const ofPerson = { ...live(false), user: { disabled_at: null } };
  return store.findLiveSession(db, id, settings.master_key_sign_in ? { OR: [ofPerson, ofMasterKey] } : ofPerson);
}

/** The session if it still counts: not ended, expired or idle, its person not disabled, its master key not retired. */
export async function readSession(db: Db, clock: Clock, id: string): Promise<LiveSession | null> {
  const now = clock.now();
  const session = await findCounting(db, now, id);
  if (!session) return null;
  const before = new Date(now - seenGranularityMs);
  const isNoted = session.last_seen_at < before && (await store.noteSeen(db, id, new Date(now), before));
  return { id, user: session.user, masterKeyId: session.master_key_id, isNoted };
}

/** Ends one session, that of the browser which asks; nothing happens where it was over. Audited as done by its holder. */
export function endSession(ctx: Context, id: string): Promise<void> {
  return withTransaction(ctx, async (tx) => {
    const ended = await store.endSession(tx.db, id, new Date(tx.clock.now()));
    if (!ended) return;
    const principal: Principal = ended.master_key_id
      ? masterPrincipal(ended.master_key_id)
      : { kind: "session", id: ended.user_id ?? "", name: await nameOf(tx, ended), authority: noRights };
    await recordAudit({ ...tx, principal }, { action: "session.ended", target_type: "session", target_id: id });
  });
}

async function nameOf(ctx: Context, session: Session): Promise<string> {
  return (session.user_id && (await store.lockPerson(ctx.db, session.user_id))?.email) || "a person who is gone";
}

/** Ends every open session of a person or of one of their identities. The caller's transaction says why, in its own audit entry. */
export async function endSessionsOf(
  ctx: Pick<Context, "db" | "clock">,
  holder: { userId: string } | { identityId: string },
): Promise<number> {
  const whose = "userId" in holder ? { user_id: holder.userId } : { identity_id: holder.identityId };
  return (await store.endSessions(whose, ctx.db, new Date(ctx.clock.now()))).length;
}

/** Whose sessions "mine" are; null for a key that belongs to nobody. */
function ownHolder({ principal }: Context): store.Holder | null {
  if (principal.kind === "master") return { master_key_id: principal.id };
  return principal.authority.userId ? { user_id: principal.authority.userId } : null;
}

function currentId({ principal }: Context): string | null {
  return principal.kind === "session" || principal.kind === "master" ? (principal.sessionId ?? null) : null;
}

export interface SessionView
  extends Pick<Session, "id" | "address" | "client" | "created_at" | "last_seen_at" | "expires_at"> {
  current: boolean;
  method: "oidc" | "master_key";
}

function mentions({ address, client }: Session, q: string | undefined): boolean {
  const part = q?.toLowerCase() ?? "";
  return [address ?? "", client ?? ""].some((text) => text.toLowerCase().includes(part));
}

/** The caller's open sessions, newest first unless asked otherwise; more than the newest 200 are not looked at. */
export async function listMySessions(ctx: Context, query: MySessionsQuery): Promise<Page<SessionView>> {
  requireReach(ctx, "sessions.read");
  const holder = ownHolder(ctx);
  if (!holder) return { data: [], next_cursor: null };
  const lifetime = lifetimeOf(await readSettings(ctx.db), "master_key_id" in holder);
  const sessions = await store.listSessions(holder, ctx.db, liveWhere(lifetime, ctx.clock.now()), mostListed);
  const found = sessions.filter((session) => mentions(session, query.q));
  const page = pageRows(found, query, sessionSorts);
  const data = page.data.map((session) => ({
    ...session,
    current: session.id === currentId(ctx),
    method: session.master_key_id ? ("master_key" as const) : ("oidc" as const),
  }));
  return { ...page, data };
}

/** Ends one of the caller's own sessions; 404 for anybody else's, and for one that is over. */
export function endMySession(ctx: Context, id: string): Promise<undefined> {
  return withTransaction(ctx, async (tx) => {
    requireReach(tx, "sessions.write");
    const holder = ownHolder(tx);
    const ended = holder ? await store.endSessions(holder, tx.db, new Date(tx.clock.now()), id) : [];
    if (ended.length === 0) throw notFound();
    await recordAudit(tx, { action: "session.ended", target_type: "session", target_id: id });
    return undefined;
  });
}

function describeHolder(holder: store.Holder) {
  return "master_key_id" in holder
    ? { action: "master_key.signed_out", target_type: "master_key", target_id: holder.master_key_id }
    : { action: "user.signed_out", target_type: "user", target_id: Object.values(holder)[0] };
}

/** Ends all of the caller's sessions, this one included. */
export function endMySessions(ctx: Context): Promise<{ ended: number }> {
  return withTransaction(ctx, async (tx) => {
    requireReach(tx, "sessions.write");
    const holder = ownHolder(tx);
    const session_ids = holder ? await store.endSessions(holder, tx.db, new Date(tx.clock.now())) : [];
    if (holder && session_ids.length > 0)
      await recordAudit(tx, { ...describeHolder(holder), details: { session_ids } });
    return { ended: session_ids.length };
  });
}
