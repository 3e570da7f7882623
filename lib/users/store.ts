/** Rows of users, and the places they hold in teams. Only lib/users calls this; reach stands in every where clause. */

import type { Keyset } from "@/lib/api/pagination";
import type { Reach, UserRole } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import { type Membership, Prisma, type User } from "@/lib/db/generated/client";
import { inPageOrder, listPageIds, type Ranking } from "@/lib/db/page-sql";
import { likePattern } from "@/lib/db/search";

// The owners of a team see its people; teams below are already among a reach's teams.
function within(reach: Reach): Prisma.Sql {
  if (reach.kind === "all") return Prisma.sql`true`;
  return Prisma.sql`(u.id = ${reach.userId} OR EXISTS (
    SELECT 1 FROM memberships m WHERE m.user_id = u.id AND m.team_id = ANY(${[...reach.teamIds]}::text[])))`;
}

export async function findUser(reach: Reach, db: Db, id: string): Promise<User | null> {
  const found = await db.$queryRaw<object[]>`SELECT 1 FROM users u WHERE u.id = ${id} AND ${within(reach)}`;
  return found.length > 0 ? db.user.findUnique({ where: { id } }) : null;
}

/** Waits for other changes to these users, so that what is read next holds until the transaction ends. */
export async function lockUsers(db: Db, ids: readonly string[]): Promise<void> {
  await db.$executeRaw`SELECT id FROM users WHERE id = ANY(${[...ids]}::text[]) ORDER BY id FOR UPDATE`;
}

export async function lockUserByEmail(db: Db, email: string): Promise<void> {
  await db.$executeRaw`SELECT id FROM users WHERE email = ${email} FOR UPDATE`;
}

export interface UserFilter {
  q?: string | undefined;
  role?: UserRole | undefined;
  disabled?: boolean | undefined;
  team_id?: string | undefined;
}

function matching(filter: UserFilter, teams: Reach): Prisma.Sql[] {
  const { q, role, disabled, team_id } = filter;
  const visible = teams.kind === "all" ? Prisma.sql`true` : Prisma.sql`t.id = ANY(${[...teams.teamIds]}::text[])`;
  const part = q ? likePattern(q) : undefined;
  return [
    ...(part ? [Prisma.sql`(u.email ILIKE ${part} OR u.name ILIKE ${part})`] : []),
    ...(role ? [Prisma.sql`u.role = ${role}`] : []),
    ...(disabled === undefined ? [] : [Prisma.sql`(u.disabled_at IS NOT NULL) = ${disabled}`]),
    ...(team_id
      ? [
          Prisma.sql`u.id IN (SELECT m.user_id FROM memberships m JOIN teams t ON t.id = m.team_id
            WHERE t.path @> ARRAY[${team_id}]::text[] AND ${visible})`,
        ]
      : []),
  ];
}

/** A page of users. `teams` says which teams `team_id` may ask about. */
export async function listUsers(
  reach: Reach,
  db: Db,
  filter: UserFilter,
  teams: Reach,
  page: Keyset,
  ranking?: Ranking,
): Promise<User[]> {
  const conditions = [within(reach), ...matching(filter, teams)];
  const ids = await listPageIds(db, { table: "users", alias: "u", conditions }, page, ranking);
  const rows = await db.user.findMany({ where: { id: { in: ids.map((row) => row.id) } } });
  return inPageOrder(ids, rows, page.field);
}

/** Ids of up to `take` matching users, oldest first. */
export async function listUserIds(
  reach: Reach,
  db: Db,
  filter: UserFilter,
  teams: Reach,
  take: number,
): Promise<string[]> {
  const conditions = Prisma.join([within(reach), ...matching(filter, teams)], " AND ");
  const rows = await db.$queryRaw<
    { id: string }[]
  >`SELECT u.id FROM users u WHERE ${conditions} ORDER BY u.id LIMIT ${take}`;
  return rows.map((row) => row.id);
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

/** An account, and whether anybody has signed in to it by an identity provider. */
export interface Invitee {
  user: User;
  isLinked: boolean;
}

export async function findInvitee(db: Db, where: { id: string } | { email: string }): Promise<Invitee | null> {
  const found = await db.user.findUnique({ where, include: { identities: { select: { id: true }, take: 1 } } });
  if (!found) return null;
  const { identities, ...user } = found;
  return { user, isLinked: identities.length > 0 };
}
