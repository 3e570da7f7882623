/** Rows of teams and memberships. Only lib/teams calls this; reach stands in every where clause. */

import type { Keyset } from "@/lib/api/pagination";
import type { Reach } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import type { Membership, Prisma, Team } from "@/lib/db/generated/client";

function within(reach: Reach): Prisma.TeamWhereInput {
  return reach.kind === "all" ? {} : { id: { in: [...reach.teamIds] } };
}

export function findTeam(reach: Reach, db: Db, id: string): Promise<Team | null> {
  return db.team.findFirst({ where: { AND: [{ id }, within(reach)] } });
}

export interface TeamFilter {
  parentId?: string | null | undefined;
  q?: string | undefined;
}

export function listTeams(reach: Reach, db: Db, filter: TeamFilter, page: Keyset): Promise<Team[]> {
  const where: Prisma.TeamWhereInput = {
    ...(filter.parentId === undefined ? {} : { parent_id: filter.parentId }),
    ...(filter.q ? { name: { contains: filter.q, mode: "insensitive" } } : {}),
  };
  return db.team.findMany({
    where: { AND: [within(reach), where, page.where] },
    orderBy: page.orderBy,
    take: page.take,
  });
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

export function insertTeam(db: Db, data: Prisma.TeamUncheckedCreateInput): Promise<Team> {
  return db.team.create({ data });
}

export function updateTeam(db: Db, id: string, data: Prisma.TeamUncheckedUpdateInput): Promise<Team> {
  return db.team.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
}

export async function deleteTeam(db: Db, id: string): Promise<void> {
  await db.team.delete({ where: { id } });
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

/** A page of members, each with one row per source, ordered by user. */
export async function listMemberships(
  db: Db,
  teamId: string,
  afterUserId: string | null,
  take: number,
): Promise<MembershipWithUser[]> {
  const users = await db.membership.findMany({
    where: { team_id: teamId, ...(afterUserId ? { user_id: { gt: afterUserId } } : {}) },
    distinct: ["user_id"],
    orderBy: { user_id: "asc" },
    select: { user_id: true },
    take,
  });
  return db.membership.findMany({
    where: { team_id: teamId, user_id: { in: users.map((row) => row.user_id) } },
    include: { user: { select: { email: true, name: true } } },
    orderBy: [{ user_id: "asc" }, { source: "asc" }],
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
