/** Rows of requests for a higher budget, and who may decide on them. Only lib/requests calls this; reach stands in every read. */
import type { Keyset } from "@/lib/api/pagination";
import type { Reach } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import { Prisma } from "@/lib/db/generated/client";
import { pageSql } from "@/lib/db/page-sql";
import { likePattern } from "@/lib/db/search";
import type { RequestState } from "./schema";

const include = { user: { select: { id: true, name: true, email: true } }, increase: true } as const;
export type RequestRow = Prisma.BudgetRequestGetPayload<{ include: typeof include }>;
export type AskedRequest = RequestRow & { isDecidable: boolean };

/** Who looks: what they see, and on what of it they may decide. */
export interface Onlooker {
  reach: Reach;
  /** Where they may set limits, and the person behind them, who never decides on what they asked for; null: decides on nothing. */
  decider: { reach: Reach; personId: string | null } | null;
}

// The team whose owners may set this budget's limit: lib/budgets/scopes says the same of one budget, and has the last word.
const aboveTeam = Prisma.sql`CASE b.scope_type
  WHEN 'team' THEN (SELECT parent_id FROM teams WHERE id = b.scope_id)
  WHEN 'member' THEN split_part(b.scope_id, '/', 1)
  WHEN 'key' THEN (SELECT team_id FROM keys WHERE id = b.scope_id)
END`;

function belowSql(reach: Reach): Prisma.Sql {
  return reach.kind === "all"
    ? Prisma.sql`true`
    : Prisma.sql`coalesce(${aboveTeam} = ANY(${[...reach.teamIds]}::text[]), false)`;
}

function visibleSql({ reach }: Onlooker): Prisma.Sql {
  if (reach.kind === "all") return Prisma.sql`true`;
  return Prisma.sql`(r.user_id = ${reach.userId} OR ${belowSql(reach)})`;
}

function decidableSql({ decider }: Onlooker): Prisma.Sql {
  if (!decider) return Prisma.sql`false`;
  return Prisma.sql`(r.state = 'open' AND r.user_id IS DISTINCT FROM ${decider.personId} AND ${belowSql(decider.reach)})`;
}

export interface RequestFilter {
  id?: string | undefined;
  state?: RequestState | undefined;
  decided?: boolean | undefined;
  budget_id?: string | undefined;
  /** Asked for by this person, or by anybody else. */
  asker?: { userId: string | null; is: boolean } | undefined;
  decidable?: boolean | undefined;
  q?: string | undefined;
}

function filterSql(
  onlooker: Onlooker,
  { id, state, decided, budget_id, asker, decidable, q }: RequestFilter,
): Prisma.Sql[] {
  const pattern = q ? likePattern(q) : null;
  const isAsker = asker && Prisma.sql`r.user_id IS NOT DISTINCT FROM ${asker.userId}`;
  return [
    ...(id === undefined ? [] : [Prisma.sql`r.id = ${id}`]),
    ...(state === undefined ? [] : [Prisma.sql`r.state = ${state}`]),
    ...(decided === undefined ? [] : [Prisma.sql`(r.state <> 'open') = ${decided}`]),
    ...(budget_id === undefined ? [] : [Prisma.sql`r.budget_id = ${budget_id}`]),
    ...(isAsker ? [asker.is ? isAsker : Prisma.sql`NOT (${isAsker})`] : []),
    ...(decidable === undefined ? [] : [Prisma.sql`${decidableSql(onlooker)} = ${decidable}`]),
    ...(pattern
      ? [Prisma.sql`(r.reason ILIKE ${pattern} OR u.name ILIKE ${pattern} OR u.email ILIKE ${pattern})`]
      : []),
  ];
}

async function readRows(
  db: Db,
  onlooker: Onlooker,
  filter: RequestFilter,
  tail: { where: Prisma.Sql; rest: Prisma.Sql },
) {
  const conditions = [visibleSql(onlooker), ...filterSql(onlooker, filter), tail.where];
  const found = await db.$queryRaw<{ id: string; is_decidable: boolean }[]>`
    SELECT r.id, ${decidableSql(onlooker)} AS is_decidable
    FROM budget_requests r JOIN budgets b ON b.id = r.budget_id JOIN users u ON u.id = r.user_id
    WHERE ${Prisma.join(conditions, " AND ")} ${tail.rest}`;
  const rows = await db.budgetRequest.findMany({ where: { id: { in: found.map((row) => row.id) } }, include });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return found.flatMap(({ id, is_decidable }): AskedRequest[] => {
    const row = byId.get(id);
    return row ? [{ ...row, isDecidable: is_decidable }] : [];
  });
}

export async function findRequest(onlooker: Onlooker, db: Db, id: string): Promise<AskedRequest | null> {
  const rows = await readRows(db, onlooker, { id }, { where: Prisma.sql`true`, rest: Prisma.empty });
  return rows[0] ?? null;
}

export function listRequests(onlooker: Onlooker, db: Db, filter: RequestFilter, page: Keyset): Promise<AskedRequest[]> {
  const { where, orderBy } = pageSql("r", page);
  return readRows(db, onlooker, filter, { where, rest: Prisma.sql`ORDER BY ${orderBy} LIMIT ${page.take}` });
}

/** Holds the request until the transaction ends and answers its state; null where it is gone. */
export async function lockRequest(db: Db, id: string): Promise<RequestState | null> {
  const rows = await db.$queryRaw<
    { state: RequestState }[]
  >`SELECT state FROM budget_requests WHERE id = ${id} FOR NO KEY UPDATE`;
  return rows[0]?.state ?? null;
}

/** False where this person has an open one for this budget, also by a transaction that commits first. */
export async function insertRequest(db: Db, data: Prisma.BudgetRequestCreateManyInput): Promise<boolean> {
  const { count } = await db.budgetRequest.createMany({ data: [data], skipDuplicates: true });
  return count === 1;
}

export function findOpen(db: Db, budgetId: string, userId: string): Promise<{ id: string } | null> {
  return db.budgetRequest.findFirst({
    where: { budget_id: budgetId, user_id: userId, state: "open" },
    select: { id: true },
  });
}

export async function updateRequest(db: Db, id: string, data: Prisma.BudgetRequestUncheckedUpdateInput): Promise<void> {
  await db.budgetRequest.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
}

/**
 * Whom to tell of a new request, at most `take`: the owners of the nearest team that may decide; where there are none, managers and
 * admins. Never the asker, nor who is disabled.
 */
export async function listDeciders(db: Db, requestId: string, take: number): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    WITH asked AS (
      SELECT r.user_id, ${aboveTeam} AS team_id FROM budget_requests r JOIN budgets b ON b.id = r.budget_id
      WHERE r.id = ${requestId}
    ), candidates AS (
      SELECT u.id, array_position(t.path, m.team_id) AS nearness
      FROM asked JOIN teams t ON t.id = asked.team_id
      JOIN memberships m ON m.team_id = ANY(t.path) AND m.role = 'owner' JOIN users u ON u.id = m.user_id
      WHERE u.disabled_at IS NULL AND u.id <> asked.user_id
      UNION ALL
      SELECT u.id, 0 FROM asked JOIN users u ON u.id <> asked.user_id
      WHERE u.disabled_at IS NULL AND u.role IN ('admin', 'manager')
    )
    SELECT DISTINCT id FROM candidates WHERE nearness = (SELECT max(nearness) FROM candidates) ORDER BY id LIMIT ${take}`;
  return rows.map((row) => row.id);
}

/** A person who can be written to. */
export function findReader(db: Db, userId: string): Promise<{ email: string } | null> {
  return db.user.findFirst({ where: { id: userId, disabled_at: null }, select: { email: true } });
}
