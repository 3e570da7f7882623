/** Whom a budget's alert concerns. Only lib/mail calls this. */
import type { Db } from "@/lib/db/client";

async function ownersOf(db: Db, teamId: string): Promise<string[]> {
  const rows = await db.membership.findMany({
    where: { team_id: teamId, role: "owner", user: { disabled_at: null } },
    select: { user: { select: { email: true } } },
  });
  return rows.map((row) => row.user.email);
}

async function personOf(db: Db, userId: string): Promise<string[]> {
  const user = await db.user.findFirst({ where: { id: userId, disabled_at: null }, select: { email: true } });
  return user ? [user.email] : [];
}

/** Mail addresses of those who can act: a team's owners, also for its members and keys; else the person whose key or budget it is. */
export async function findConcerned(db: Db, scope: { type: string; id: string }): Promise<string[]> {
  const [first = ""] = scope.id.split("/");
  if (scope.type === "team" || scope.type === "member") return ownersOf(db, first);
  if (scope.type === "user") return personOf(db, scope.id);
  const key = await db.key.findUnique({ where: { id: scope.id }, select: { user_id: true, team_id: true } });
  if (key?.team_id) return ownersOf(db, key.team_id);
  return key?.user_id ? personOf(db, key.user_id) : [];
}
