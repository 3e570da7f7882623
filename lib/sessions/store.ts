/** Rows of sessions. Only lib/sessions calls this; whose sessions stands in every where clause. */
import type { Db } from "@/lib/db/client";
import { Prisma, type Session } from "@/lib/db/generated/client";

/** Whose sessions: a person's, those that one identity opened, or those of a master key. */
export type Holder = { user_id: string } | { identity_id: string } | { master_key_id: string };

const people = { user: true, master_key: true } as const;
export type SessionWithHolder = Prisma.SessionGetPayload<{ include: typeof people }>;

export function insertSession(db: Db, data: Prisma.SessionUncheckedCreateInput): Promise<Session> {
  return db.session.create({ data });
}

/** A session of anybody that meets `live`: asked only with an id that a browser proved to hold. */
export function findLiveSession(db: Db, id: string, live: Prisma.SessionWhereInput): Promise<SessionWithHolder | null> {
  return db.session.findFirst({ where: { AND: [{ id }, live] }, include: people });
}

/** False where somebody noted a time after `before` already. */
export async function noteSeen(db: Db, id: string, now: Date, before: Date): Promise<boolean> {
  const { count } = await db.session.updateMany({
    where: { id, last_seen_at: { lt: before } },
    data: { last_seen_at: now },
  });
  return count === 1;
}

/** The newest of a holder's sessions. */
export function listSessions(holder: Holder, db: Db, live: Prisma.SessionWhereInput, take: number): Promise<Session[]> {
  return db.session.findMany({ where: { AND: [holder, live] }, orderBy: [{ id: "desc" }], take });
}

/** Ends those of a holder's sessions that are open, or the one of this id; the ids of those that it ended. */
export async function endSessions(holder: Holder, db: Db, now: Date, id?: string): Promise<string[]> {
  const ended = await db.session.updateManyAndReturn({
    where: { ...holder, ...(id === undefined ? {} : { id }), ended_at: null },
    data: { ended_at: now },
    select: { id: true },
  });
  return ended.map((session) => session.id);
}

/** Ends one session, whoever's; false where it was over. */
export async function endSession(db: Db, id: string, now: Date): Promise<Session | null> {
  const [ended] = await db.session.updateManyAndReturn({
    where: { id, ended_at: null },
    data: { ended_at: now },
  });
  return ended ?? null;
}

/** Notes that the person is here, which also keeps them from being disabled until the transaction ends; null for one who is disabled or gone. */
export async function seePerson(db: Db, id: string, now: Date): Promise<{ email: string } | null> {
  const [person] = await db.user.updateManyAndReturn({
    where: { id, disabled_at: null },
    data: { last_seen_at: now },
    select: { email: true },
  });
  return person ?? null;
}

/** The person, kept from being disabled until the transaction ends; null where there is no such person. */
export async function lockPerson(db: Db, id: string): Promise<{ email: string; disabled_at: Date | null } | null> {
  const rows = await db.$queryRaw<{ email: string; disabled_at: Date | null }[]>(
    Prisma.sql`SELECT email, disabled_at FROM users WHERE id = ${id} FOR SHARE`,
  );
  return rows[0] ?? null;
}
