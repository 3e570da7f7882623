/** Rows of identities, and what of a person follows them. Only lib/users calls this. */
import type { Db } from "@/lib/db/client";
import { type Identity, Prisma, type User } from "@/lib/db/generated/client";

/** Waits for other sign-ins of the same subject, also of one that nobody knows yet. */
export async function lockSubject(db: Db, issuer: string, subject: string): Promise<void> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`pllm.identity ${issuer} ${subject}`}, 0))`;
}

export type LinkedUser = { user: User; identity: Identity };

export async function findByIdentity(db: Db, issuer: string, subject: string): Promise<LinkedUser | null> {
  const found = await db.identity.findUnique({
    where: { issuer_subject: { issuer, subject } },
    include: { user: true },
  });
  if (!found) return null;
  const { user, ...identity } = found;
  return { user, identity };
}

export function listIdentities(db: Db, userId: string): Promise<Identity[]> {
  return db.identity.findMany({ where: { user_id: userId }, orderBy: { id: "asc" } });
}

export function insertIdentity(db: Db, data: Prisma.IdentityUncheckedCreateInput): Promise<Identity> {
  return db.identity.create({ data });
}

export function updateIdentity(db: Db, id: string, data: Prisma.IdentityUncheckedUpdateInput): Promise<Identity> {
  return db.identity.update({ where: { id }, data });
}

const uniqueViolation = "P2010";

function isTaken(error: unknown): boolean {
  return (
    error instanceof Prisma.PrismaClientKnownRequestError &&
    (error.code === "P2002" || (error.code === uniqueViolation && JSON.stringify(error.meta ?? {}).includes("23505")))
  );
}

/** Gives the user this e-mail address unless somebody else has it, or gets it first in a transaction that has not ended yet. */
export async function takeEmail(db: Db, id: string, email: string, now: Date): Promise<boolean> {
  if ((await db.user.count({ where: { email } })) > 0) return false;
  // Without the savepoint a collision would end the whole transaction, and with it the sign-in.
  await db.$executeRaw`SAVEPOINT take_email`;
  try {
    await db.$executeRaw`
      UPDATE users SET email = ${email}, updated_at = ${now}, version = version + 1 WHERE id = ${id}`;
    return true;
  } catch (error) {
    if (!isTaken(error)) throw error;
    await db.$executeRaw`ROLLBACK TO SAVEPOINT take_email`;
    return false;
  }
}
