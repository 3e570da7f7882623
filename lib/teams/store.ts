/** Rows of teams and memberships. Only lib/teams calls this; reach stands in every where clause. */

import type { Keyset } from "@/lib/api/pagination";
import type { Reach } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import { type Membership, Prisma, type Team } from "@/lib/db/generated/client";
import { inPageOrder, listPageIds, type Ranking } from "@/lib/db/page-sql";
import { containing, likePattern } from "@/lib/db/search";

function within(reach: Reach): Prisma.TeamWhereInput {
  return reach.kind === "all" ? {} : { id: { in: [...reach.teamIds] } };
}

function withinSql(reach: Reach): Prisma.Sql {
  return reach.kind === "all" ? Prisma.sql`true` : Prisma.sql`t.id = ANY(${[...reach.teamIds]}::text[])`;
}

export function findTeam(reach: Reach, db: Db, id: string): Promise<Team | null> {
  return db.team.findFirst({ where: { AND: [{ id }, within(reach)] } });
}

export interface TeamFilter {
  parentId?: string | null | undefined;
  q?: string | undefined;
}

export async function listTeams(
  reach: Reach,
  db: Db,
  { parentId, q }: TeamFilter,
  page: Keyset,
  ranking?: Ranking,
): Promise<Team[]> {
  const conditions = [
    withinSql(reach),
    ...(parentId === undefined ? [] : [Prisma.sql`t.parent_id IS NOT DISTINCT FROM ${parentId}::text`]),
    ...(q ? [Prisma.sql`t.name ILIKE ${likePattern(q)}`] : []),
  ];
  const ids = await listPageIds(db, { table: "teams", alias: "t", conditions }, page, ranking);
  const rows = await db.team.findMany({ where: { id: { in: ids.map((row) => row.id) } } });
  return inPageOrder(ids, rows, page.field);
}

export function listNames(reach: Reach, db: Db, ids: readonly string[]): Promise<Pick<Team, "id" | "name">[]> {
  const where = { AND: [within(reach), { id: { in: [...ids] } }] };
  return db.team.findMany({ where, select: { id: true, name: true } });
}

/** Every visible team, parents before children, siblings by name. */
export async function listTree(reach: Reach, db: Db): Promise<Team[]> {
  const teams = await db.team.findMany({ where: within(reach), orderBy: [{ name: "asc" }, { id: "asc" }] });
  const rank = new Map(teams.map((team, index) => [team.id, index]));
  const placeOf = (team: Team) => team.path.map((id) => String(rank.get(id) ?? -1).padStart(9, "0")).join("/");
  return teams
    .map((team) => ({ team, place: placeOf(team) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ team }) => team);
}

/** The team and all above it, organisation first. No reach: whoever may see a team may see what it inherits. */
export async function listPath(db: Db, team: Team): Promise<Team[]> {
  const teams = await db.team.findMany({ where: { id: { in: team.path } } });
  return teams.sort((a, b) => a.path.length - b.path.length);
}

/** Every team of one of these names, whatever their case, and all above them. No reach: mapping looks at the whole tree. */
export function listNamed(db: Db, names: readonly string[]): Promise<Pick<Team, "id" | "name" | "parent_id">[]> {
  return db.$queryRaw`
    WITH named AS (SELECT path FROM teams WHERE lower(name) IN (SELECT lower(n) FROM unnest(${[...names]}::text[]) n))
    SELECT id, name, parent_id FROM teams WHERE id IN (SELECT unnest(path) FROM named) ORDER BY id`;
}

/** The child of this team, or the organisation, that has this name, whatever its case: siblings never share one. */
export async function findChild(db: Db, parentId: string | null, name: string): Promise<Team | null> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM teams WHERE parent_id IS NOT DISTINCT FROM ${parentId}::text AND lower(name) = lower(${name})`;
  const [row] = rows;
  return row ? db.team.findUnique({ where: { id: row.id } }) : null;
}

export function insertTeam(db: Db, data: Prisma.TeamUncheckedCreateInput): Promise<Team> {
  return db.team.create({ data });
}

export function updateTeam(db: Db, id: string, data: Prisma.TeamUncheckedUpdateInput): Promise<Team> {
  return db.team.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
}

export async function deleteTeam(db: Db, id: string): Promise<void> {
  await db.team.delete({ where: { id } });
}

/** The same ids, those of deeper teams first; ids of nothing come last. No reach: it tells nothing that was not asked with. */
export async function orderDeepestFirst(db: Db, ids: readonly string[]): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT asked.id FROM unnest(${[...ids]}::text[]) WITH ORDINALITY asked(id, place) LEFT JOIN teams t ON t.id = asked.id
    ORDER BY cardinality(t.path) DESC NULLS LAST, asked.place`;
  return rows.map((row) => row.id);
}

export async function hasDependants(db: Db, id: string): Promise<{ children: number; keys: number }> {
  const [children, keys] = await Promise.all([
    db.team.count({ where: { parent_id: id } }),
    db.key.count({ where: { team_id: id } }),
  ]);
  return { children, keys };
}

/** Serialises changes to the shape of the tree, so that two moves cannot make a circle. */
export async function lockTree(db: Db): Promise<void> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('pllm.team_tree'))`;
}

/** Puts the subtree of `id` under `parentPath`. */
export async function moveSubtree(db: Db, id: string, parentPath: readonly string[]): Promise<void> {
  await db.$executeRaw`
    UPDATE teams SET path = ${[...parentPath]}::text[] || path[array_position(path, ${id}):], updated_at = now()
    WHERE path @> ARRAY[${id}]::text[]`;
}

export type MembershipWithUser = Membership & { user: { email: string; name: string | null } };

export type Place = Pick<Membership, "team_id" | "source" | "role">;

export interface MemberRow {
  id: string;
  email: string;
  name: string | null;
  /** One per source. */
  memberships: Place[];
}

/** A page of the people who are in one of these teams: a team, or it and those above it. */
export function listMembers(
  db: Db,
  teamIds: readonly string[],
  q: string | undefined,
  page: Keyset,
): Promise<MemberRow[]> {
  const named: Prisma.UserWhereInput = q ? { OR: [{ email: containing(q) }, { name: containing(q) }] } : {};
  const inThem = { team_id: { in: [...teamIds] } };
  return db.user.findMany({
    where: { AND: [{ memberships: { some: inThem } }, named, page.where] },
    select: {
      id: true,
      email: true,
      name: true,
      memberships: { where: inThem, orderBy: [{ team_id: "asc" }, { source: "asc" }] },
    },
    orderBy: page.orderBy,
    take: page.take,
  });
}

export function findMemberships(db: Db, teamId: string, userId: string): Promise<MembershipWithUser[]> {
  return db.membership.findMany({
    where: { team_id: teamId, user_id: userId },
    include: { user: { select: { email: true, name: true } } },
    orderBy: { source: "asc" },
  });
}

export async function userExists(db: Db, id: string): Promise<boolean> {
  return (await db.user.count({ where: { id } })) === 1;
}

export async function putMembership(
  db: Db,
  teamId: string,
  userId: string,
  source: string,
  role: string,
): Promise<void> {
  const id = { team_id: teamId, user_id: userId, source };
  await db.membership.upsert({ where: { team_id_user_id_source: id }, create: { ...id, role }, update: { role } });
}

export async function deleteMembership(db: Db, teamId: string, userId: string, source: string): Promise<void> {
  await db.membership.deleteMany({ where: { team_id: teamId, user_id: userId, source } });
}

/** The teams in which a person has a membership of this source. */
export async function listTeamIdsOf(db: Db, userId: string, source: string): Promise<string[]> {
  const rows = await db.membership.findMany({ where: { user_id: userId, source }, select: { team_id: true } });
  return rows.map((row) => row.team_id);
}

/** Adds a person to those of the teams that are still there; the ids of the teams where they had no such membership. */
export async function addToTeams(
  db: Db,
  teamIds: readonly string[],
  userId: string,
  source: string,
  role: string,
): Promise<string[]> {
  const rows = await db.$queryRaw<{ team_id: string }[]>`
    WITH present AS (SELECT id FROM teams WHERE id = ANY(${[...teamIds]}::text[]) ORDER BY id FOR KEY SHARE)
    INSERT INTO memberships (team_id, user_id, source, role) SELECT id, ${userId}, ${source}, ${role} FROM present
    ON CONFLICT DO NOTHING RETURNING team_id`;
  return rows.map((row) => row.team_id).sort();
}

/** Takes a person out of the teams; the ids of those where they had such a membership. */
export async function removeFromTeams(
  db: Db,
  teamIds: readonly string[],
  userId: string,
  source: string,
): Promise<string[]> {
  const rows = await db.$queryRaw<{ team_id: string }[]>`
    DELETE FROM memberships WHERE user_id = ${userId} AND source = ${source} AND team_id = ANY(${[...teamIds]}::text[])
    RETURNING team_id`;
  return rows.map((row) => row.team_id).sort();
}
