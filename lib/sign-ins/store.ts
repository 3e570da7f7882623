/** Rows of sign-ins. Only lib/sign-ins calls this; reach stands in every where clause. */
import type { Keyset } from "@/lib/api/pagination";
import type { Reach } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import type { Prisma, SignIn } from "@/lib/db/generated/client";
import { containing } from "@/lib/db/search";

// Whoever could not sign in is nobody's, so there is no part of this that belongs to a person or a team.
function within(reach: Reach): Prisma.SignInWhereInput {
  return reach.kind === "all" ? {} : { id: { in: [] } };
}

export interface SignInFilter {
  /** `ok`, `failed` for everything else, or one code. */
  outcome?: string | undefined;
  method?: string | undefined;
  q?: string | undefined;
}

function matching({ outcome, method, q }: SignInFilter): Prisma.SignInWhereInput[] {
  const part = q ? containing(q) : undefined;
  return [
    outcome ? { outcome: outcome === "failed" ? { not: "ok" } : outcome } : {},
    method ? { method } : {},
    part ? { OR: [{ email: part }, { subject: part }, { user_id: part }, { address: part }] } : {},
  ];
}

export function listSignIns(reach: Reach, db: Db, filter: SignInFilter, page: Keyset): Promise<SignIn[]> {
  return db.signIn.findMany({
    where: { AND: [within(reach), ...matching(filter), page.where] },
    orderBy: page.orderBy,
    take: page.take,
  });
}

export function findSignIn(reach: Reach, db: Db, id: string): Promise<SignIn | null> {
  return db.signIn.findFirst({ where: { AND: [{ id }, within(reach)] } });
}

export async function insertSignIn(db: Db, data: Prisma.SignInCreateInput): Promise<void> {
  await db.signIn.create({ data });
}

/** Deletes all but the newest `kept`. */
export async function deleteOldest(db: Db, kept: number): Promise<void> {
  await db.$executeRaw`
    DELETE FROM sign_ins WHERE id IN (SELECT id FROM sign_ins ORDER BY created_at DESC, id DESC OFFSET ${kept})`;
}
