/** Rows of keys and their secrets' hashes. Only lib/keys calls this; reach stands in every where clause. */

import type { Keyset } from "@/lib/api/pagination";
import type { Reach } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import type { Key, Prisma } from "@/lib/db/generated/client";

// A chain has at most three keys, so two steps up reach its root.
const chain = { parent: { include: { parent: true } } } as const;
export type KeyInChain = Prisma.KeyGetPayload<{ include: typeof chain }>;

/** The key's own columns, without the relations that were read along. */
export function columnsOf({ parent: _parent, ...key }: KeyInChain): Key {
  return key;
}

/** The key and those it was made from, nearest first. */
export function chainOf(key: KeyInChain): Key[] {
  const { parent, ...own } = key;
  if (!parent) return [own];
  const { parent: grandparent, ...above } = parent;
  return grandparent ? [own, above, grandparent] : [own, above];
}

function within(reach: Reach): Prisma.KeyWhereInput {
  if (reach.kind === "all") return {};
  // An empty OR would be no condition at all to Prisma; an empty list of teams matches nothing.
  const ofTeams = { team_id: { in: [...reach.teamIds] } };
  return reach.userId ? { OR: [{ user_id: reach.userId }, ofTeams] } : ofTeams;
}

export function findKey(reach: Reach, db: Db, id: string): Promise<KeyInChain | null> {
  return db.key.findFirst({ where: { AND: [{ id }, within(reach)] }, include: chain });
}

/** Waits for other changes to these keys, so that what is read next holds until the transaction ends. */
export async function lockKeys(db: Db, ids: readonly string[]): Promise<void> {
  await db.$executeRaw`SELECT id FROM keys WHERE id = ANY(${[...ids]}::text[]) ORDER BY id FOR UPDATE`;
}

type Where = Prisma.KeyWhereInput;

/** Some key of the chain is so. That the parent's id is not null says nothing new, but an index can start from it. */
function anywhere(level: Where): Where {
  const above: Where = { OR: [level, { parent_key_id: { not: null }, parent: { is: level } }] };
  return { OR: [level, { parent_key_id: { not: null }, parent: { is: above } }] };
}

/** Every key of the chain is so. */
function everywhere(level: Where): Where {
  const above: Where = { AND: [level, { OR: [{ parent_key_id: null }, { parent: { is: level } }] }] };
  return { AND: [level, { OR: [{ parent_key_id: null }, { parent: { is: above } }] }] };
}

/** The rows whose status, as lib/keys/chain tells it, is this one. */
function ofStatus(status: string, now: Date): Where {
  const revoked = { revoked_at: { not: null } };
  const blocked = { blocked_at: { not: null } };
  const unexpired = { OR: [{ expires_at: null }, { expires_at: { gt: now } }] };
  switch (status) {
    case "revoked":
      return anywhere(revoked);
    case "blocked":
      return { AND: [everywhere({ revoked_at: null }), anywhere(blocked)] };
    case "expired":
      return { AND: [everywhere({ revoked_at: null, blocked_at: null }), anywhere({ expires_at: { lte: now } })] };
    default:
      return everywhere({ revoked_at: null, blocked_at: null, ...unexpired });
  }
}

// Ids sort bytewise and are of one length, so a prefix is a range, which any collation's index serves.
const idLength = "key_".length + 26;

// Prisma leaves the wildcards of LIKE as they are. Fewer than three characters make a trigram only at the start of a name.
function searchName(q: string): Where {
  const text = q.replace(/[\\%_]/g, "\\$&");
  return { name: { [q.length < 3 ? "startsWith" : "contains"]: text, mode: "insensitive" } };
}

function search(q: string): Where {
  const lastFour = q.match(/^(?:sk-[a-z]+-)?…?([0-9A-Za-z]{4})$/)?.[1];
  return {
    OR: [
      searchName(q),
      ...(lastFour ? [{ last_four: lastFour }] : []),
      ...(/^key_[0-9a-z]{0,26}$/.test(q) ? [{ id: { gte: q, lte: q.padEnd(idLength, "z") } }] : []),
    ],
  };
}

export interface KeyFilter {
  q?: string | undefined;
  user_id?: string | undefined;
  team_id?: string | undefined;
  type?: string | undefined;
  status?: string | undefined;
  tag?: string | undefined;
}

function matching({ q, user_id, team_id, type, status, tag }: KeyFilter, now: Date): Where[] {
  return [
    user_id ? { user_id } : {},
    team_id ? { team_id } : {},
    type ? { type } : {},
    tag ? { tags: { has: tag } } : {},
    status ? ofStatus(status, now) : {},
    q ? search(q) : {},
  ];
}

export function listKeys(reach: Reach, db: Db, filter: KeyFilter, now: Date, page: Keyset): Promise<KeyInChain[]> {
  return db.key.findMany({
    where: { AND: [within(reach), ...matching(filter, now), page.where] },
    orderBy: page.orderBy,
    take: page.take,
    include: chain,
  });
}

/** Ids of up to `take` matching keys, oldest first. */
export async function listKeyIds(reach: Reach, db: Db, filter: KeyFilter, now: Date, take: number): Promise<string[]> {
  const where = { AND: [within(reach), ...matching(filter, now)] };
  const rows = await db.key.findMany({ where, orderBy: { id: "asc" }, take, select: { id: true } });
  return rows.map((row) => row.id);
}

export interface SharedKey {
  id: string;
  name: string;
  team_id: string;
  /** From the organisation down to the key's team. */
  team_path: string[];
}

/** Live keys of type team, by name; at most 500. */
export async function listSharedKeys(reach: Reach, db: Db, now: Date): Promise<SharedKey[]> {
  const rows = await db.key.findMany({
    where: { AND: [{ type: "team" }, within(reach), ofStatus("active", now)] },
    select: { id: true, name: true, team: { select: { id: true, path: true } } },
    orderBy: [{ name: "asc" }, { id: "asc" }],
    take: 500,
  });
  return rows.flatMap(({ id, name, team }) => (team ? [{ id, name, team_id: team.id, team_path: team.path }] : []));
}

/** When each of these keys was used last; those never used are absent. */
export async function findLastUses(db: Db, ids: readonly string[]): Promise<Map<string, Date>> {
  const rows = await db.keyUse.findMany({ where: { key_id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.key_id, row.last_used_at]));
}

/** The ids from the organisation down to a team; null if there is no such team. */
export async function findTeamPath(db: Db, id: string): Promise<string[] | null> {
  return (await db.team.findUnique({ where: { id }, select: { path: true } }))?.path ?? null;
}

export function insertKey(db: Db, data: Prisma.KeyUncheckedCreateInput, hash: string): Promise<KeyInChain> {
  return db.key.create({
    data: { ...data, secrets: { create: { hash, created_at: data.created_at } } },
    include: chain,
  });
}

export function updateKey(db: Db, id: string, data: Prisma.KeyUncheckedUpdateInput): Promise<KeyInChain> {
  return db.key.update({ where: { id }, data: { ...data, version: { increment: 1 } }, include: chain });
}

/**
 * Adds a secret. Those before it end at `oldEnd`, unless they end sooner; what has ended by `now` goes.
 */
export async function replaceSecret(db: Db, keyId: string, hash: string, oldEnd: Date, now: Date): Promise<void> {
  await db.keySecret.updateMany({
    where: { key_id: keyId, OR: [{ expires_at: null }, { expires_at: { gt: oldEnd } }] },
    data: { expires_at: oldEnd },
  });
  await db.keySecret.deleteMany({ where: { key_id: keyId, expires_at: { lte: now } } });
  await db.keySecret.create({ data: { hash, key_id: keyId, created_at: now } });
}

/** Deletes the key and those made from it; gives the ids of the latter. */
export async function deleteKey(db: Db, id: string): Promise<string[]> {
  const below = await db.key.findMany({
    where: { OR: [{ parent_key_id: id }, { parent: { is: { parent_key_id: id } } }] },
    select: { id: true },
    orderBy: { id: "asc" },
  });
  const ids = below.map((row) => row.id);
  await db.keyUse.deleteMany({ where: { key_id: { in: [id, ...ids] } } });
  await db.key.delete({ where: { id } });
  return ids;
}
