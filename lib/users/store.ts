/** Rows of users, and the places they hold in teams. Only lib/users calls this; reach stands in every where clause. */

import type { Keyset } from "@/lib/api/pagination";
import type { Reach, UserRole } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import type { Membership, Prisma, User } from "@/lib/db/generated/client";

// The owners of a team see its people; teams below are already among a reach's teams.
function within(reach: Reach): Prisma.UserWhereInput {
  if (reach.kind === "all") return {};
  const ofTeams: Prisma.UserWhereInput = { memberships: { some: { team_id: { in: [...reach.teamIds] } } } };
  return reach.userId ? { OR: [{ id: reach.userId }, ofTeams] } : ofTeams;
}

export function findUser(reach: Reach, db: Db, id: string): Promise<User | null> {
  return db.user.findFirst({ where: { AND: [{ id }, within(reach)] } });
}

/** Waits for other changes to this user, so that what is read next holds until the transaction ends. */
export async function lockUser(db: Db, id: string): Promise<void> {
  await db.$executeRaw`SELECT id FROM users WHERE id = ${id} FOR UPDATE`;
}

export interface UserFilter {
  q?: string | undefined;
  role?: UserRole | undefined;
  disabled?: boolean | undefined;
  team_id?: string | undefined;
}

function matching(filter: UserFilter, teams: Reach): Prisma.UserWhereInput[] {
  const { q, role, disabled, team_id } = filter;
  const visible: Prisma.TeamWhereInput = teams.kind === "all" ? {} : { id: { in: [...teams.teamIds] } };
  // Prisma leaves the wildcards of LIKE as they are.
  const part = q ? { contains: q.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" as const } : undefined;
  return [
    part ? { OR: [{ email: part }, { name: part }] } : {},
    role ? { role } : {},
    disabled === undefined ? {} : { disabled_at: disabled ? { not: null } : null },
    team_id ? { memberships: { some: { team: { AND: [{ path: { has: team_id } }, visible] } } } } : {},
  ];
}

/** A page of users. `teams` says which teams `team_id` may ask about. */
export function listUsers(reach: Reach, db: Db, filter: UserFilter, teams: Reach, page: Keyset): Promise<User[]> {
  return db.user.findMany({
    where: { AND: [within(reach), ...matching(filter, teams), page.where] },
    orderBy: page.orderBy,
    take: page.take,
  });
}

export type Place = Membership & { team: { name: string; path: string[] } };

/** All memberships of these users, by team name. */
export function listPlaces(db: Db, userIds: readonly string[]): Promise<Place[]> {
  return db.membership.findMany({
    where: { user_id: { in: [...userIds] } },
    include: { team: { select: { name: true, path: true } } },
    orderBy: [{ team: { name: "asc" } }, { team_id: "asc" }, { source: "asc" }],
  });
}

export function insertUser(db: Db, data: Prisma.UserUncheckedCreateInput): Promise<User> {
  return db.user.create({ data });
}

export function updateUser(db: Db, id: string, data: Prisma.UserUncheckedUpdateInput): Promise<User> {
  return db.user.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
}

/** Deletes the user with memberships and keys; gives the ids of the keys that went. */
export async function deleteUser(db: Db, id: string): Promise<string[]> {
  const keys = await db.key.findMany({ where: { user_id: id }, select: { id: true }, orderBy: { id: "asc" } });
  const ids = keys.map((key) => key.id);
  await db.keyUse.deleteMany({ where: { key_id: { in: ids } } });
  await db.user.delete({ where: { id } });
  return ids;
}

/** False where the e-mail address is taken, also by a transaction that commits first. */
export async function insertUserIfAbsent(db: Db, data: Prisma.UserCreateManyInput): Promise<boolean> {
  const { count } = await db.user.createMany({ data: [data], skipDuplicates: true });
  return count === 1;
}
