/** Rows of keys and their secrets' hashes. Only lib/keys calls this; reach stands in every where clause. */

import type { Keyset } from "@/lib/api/pagination";
import type { Reach } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import { type Key, type KeyUse, Prisma } from "@/lib/db/generated/client";
import { inPageOrder, listPageIds, type Ranking } from "@/lib/db/page-sql";
import { likePattern } from "@/lib/db/search";

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

function within(reach: Reach): Prisma.Sql {
  if (reach.kind === "all") return Prisma.sql`true`;
  return Prisma.sql`(k.user_id = ${reach.userId} OR k.team_id = ANY(${[...reach.teamIds]}::text[]))`;
}

export async function findKey(reach: Reach, db: Db, id: string): Promise<KeyInChain | null> {
  const found = await db.$queryRaw<object[]>`SELECT 1 FROM keys k WHERE k.id = ${id} AND ${within(reach)}`;
  return found.length > 0 ? db.key.findUnique({ where: { id }, include: chain }) : null;
}

/** Waits for other changes to these keys, so that what is read next holds until the transaction ends. */
export async function lockKeys(db: Db, ids: readonly string[]): Promise<void> {
  await db.$executeRaw`SELECT id FROM keys WHERE id = ANY(${[...ids]}::text[]) ORDER BY id FOR UPDATE`;
}

/** A condition on one key of a chain, which goes by the alias. */
type Level = (alias: Prisma.Sql) => Prisma.Sql;
const [own, parent, grandparent] = [Prisma.raw("k"), Prisma.raw("parent"), Prisma.raw("grandparent")];

/**
 * Some key of the chain is so. Looked up from each key, so that a page costs what its own rows cost, and most keys have nothing above
 * them; as a scalar, because the planner would read all keys for an EXISTS before the first row.
 */
function anywhere(level: Level): Prisma.Sql {
  return Prisma.sql`(${level(own)} OR k.parent_key_id IS NOT NULL AND (
    SELECT ${level(parent)} OR ${level(grandparent)}
    FROM keys parent LEFT JOIN keys grandparent ON grandparent.id = parent.parent_key_id WHERE parent.id = k.parent_key_id))`;
}

function nowhere(level: Level): Prisma.Sql {
  return Prisma.sql`${anywhere(level)} IS NOT TRUE`;
}

const revoked: Level = (key) => Prisma.sql`${key}.revoked_at IS NOT NULL`;
const blocked: Level = (key) => Prisma.sql`${key}.blocked_at IS NOT NULL`;
const expiredBy =
  (now: Date): Level =>
  (key) =>
    Prisma.sql`${key}.expires_at <= ${now}`;
const any =
  (...levels: Level[]): Level =>
  (key) =>
    Prisma.join(
      levels.map((level) => level(key)),
      " OR ",
    );

/** The rows whose status, as lib/keys/chain tells it, is this one. */
function ofStatus(status: string, now: Date): Prisma.Sql {
  const expired = expiredBy(now);
  switch (status) {
    case "revoked":
      return anywhere(revoked);
    case "blocked":
      return Prisma.sql`${anywhere(blocked)} AND ${nowhere(revoked)}`;
    case "expired":
      return Prisma.sql`${anywhere(expired)} AND ${nowhere(any(revoked, blocked))}`;
    default:
      return nowhere(any(revoked, blocked, expired));
  }
}

// Ids sort bytewise and are of one length, so a prefix is a range, which any collation's index serves.
const idLength = "key_".length + 26;

// Fewer than three characters make a trigram only at the start of a name.
function searchName(q: string): Prisma.Sql {
  const pattern = likePattern(q);
  return Prisma.sql`k.name ILIKE ${q.length < 3 ? pattern.slice(1) : pattern}`;
}

function search(q: string): Prisma.Sql {
  const lastFour = q.match(/^(?:sk-[a-z]+-)?…?([0-9A-Za-z]{4})$/)?.[1];
  const either = [
    searchName(q),
    ...(lastFour ? [Prisma.sql`k.last_four = ${lastFour}`] : []),
    ...(/^key_[0-9a-z]{0,26}$/.test(q) ? [Prisma.sql`k.id BETWEEN ${q} AND ${q.padEnd(idLength, "z")}`] : []),
  ];
  return Prisma.sql`(${Prisma.join(either, " OR ")})`;
}

export interface KeyFilter {
  q?: string | undefined;
  user_id?: string | undefined;
  team_id?: string | undefined;
  type?: string | undefined;
  status?: string | undefined;
  tag?: string | undefined;
}

function matching({ q, user_id, team_id, type, status, tag }: KeyFilter, now: Date): Prisma.Sql[] {
  return [
    ...(user_id ? [Prisma.sql`k.user_id = ${user_id}`] : []),
    ...(team_id ? [Prisma.sql`k.team_id = ${team_id}`] : []),
    ...(type ? [Prisma.sql`k.type = ${type}`] : []),
    ...(tag ? [Prisma.sql`k.tags @> ARRAY[${tag}]::text[]`] : []),
    ...(status ? [ofStatus(status, now)] : []),
    ...(q ? [search(q)] : []),
  ];
}

export async function listKeys(
  reach: Reach,
  db: Db,
  filter: KeyFilter,
  now: Date,
  page: Keyset,
  ranking?: Ranking,
): Promise<KeyInChain[]> {
  const conditions = [within(reach), ...matching(filter, now)];
  const ids = await listPageIds(db, { table: "keys", alias: "k", conditions }, page, ranking);
  const rows = await db.key.findMany({ where: { id: { in: ids.map((row) => row.id) } }, include: chain });
  return inPageOrder(ids, rows, page.field);
}

/** Ids of up to `take` matching keys, oldest first. */
export async function listKeyIds(reach: Reach, db: Db, filter: KeyFilter, now: Date, take: number): Promise<string[]> {
  const conditions = Prisma.join([within(reach), ...matching(filter, now)], " AND ");
  const rows = await db.$queryRaw<
    { id: string }[]
  >`SELECT k.id FROM keys k WHERE ${conditions} ORDER BY k.id LIMIT ${take}`;
  return rows.map((row) => row.id);
}

/** What the owners and teams of keys are called: a person's e-mail address, a team's name, by id. */
export async function findNames(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.$queryRaw<{ id: string; name: string }[]>`
    SELECT id, email AS name FROM users WHERE id = ANY(${[...ids]}::text[])
    UNION ALL SELECT id, name FROM teams WHERE id = ANY(${[...ids]}::text[])`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export interface SharedKey {
  id: string;
  name: string;
  team_id: string;
  /** From the organisation down to the key's team. */
  team_path: string[];
}

/** Live keys of type team, by name; at most 500. */
export function listSharedKeys(reach: Reach, db: Db, now: Date): Promise<SharedKey[]> {
  return db.$queryRaw`
    SELECT k.id, k.name, t.id AS team_id, t.path AS team_path FROM keys k JOIN teams t ON t.id = k.team_id
    WHERE k.type = 'team' AND ${within(reach)} AND ${ofStatus("active", now)} ORDER BY k.name, k.id LIMIT 500`;
}

/** The keys of a person that are neither revoked nor expired, and upwards those that they were made from. */
export function listLines(db: Db, userId: string, now: Date): Promise<{ id: string; team_id: string | null }[]> {
  return db.$queryRaw`
    WITH RECURSIVE line AS (
      SELECT k.id, k.team_id, k.parent_key_id FROM keys k WHERE k.user_id = ${userId} AND ${nowhere(any(revoked, expiredBy(now)))}
      UNION SELECT k.id, k.team_id, k.parent_key_id FROM keys k JOIN line ON k.id = line.parent_key_id
    ) SELECT id, team_id FROM line`;
}

/** When each of these keys was used last, and by what program; those never used are absent. */
export async function findLastUses(db: Db, ids: readonly string[]): Promise<Map<string, KeyUse>> {
  const rows = await db.keyUse.findMany({ where: { key_id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.key_id, row]));
}

/** The ids from the organisation down to each of these teams. */
export async function findTeamPaths(db: Db, ids: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await db.team.findMany({ where: { id: { in: [...ids] } }, select: { id: true, path: true } });
  return new Map(rows.map((row) => [row.id, row.path]));
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
