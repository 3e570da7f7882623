/** Rows of budgets and their accounts, and what a budget's scope is. Only lib/budgets calls this; reach stands in every read. */
import type { Keyset } from "@/lib/api/pagination";
import { ensurePeriods, type PeriodKey, readOpenings } from "@/lib/db/budget-periods";
import type { Db } from "@/lib/db/client";
import { type Alert, type Budget, type BudgetPeriod, Prisma } from "@/lib/db/generated/client";
import { inPageOrder, listPageIds, type Ranking } from "@/lib/db/page-sql";
import { likePattern } from "@/lib/db/search";
import type { BudgetScope } from "./schema";

/** What of the budgets a caller sees: their own things', their teams', and all that lies in the teams that they own. */
export type BudgetReach =
  | { kind: "all" }
  | { kind: "some"; userId: string | null; teamIds: readonly string[]; ownedTeamIds: readonly string[] };

export interface BudgetFilter {
  id?: string | undefined;
  scope_type?: string | undefined;
  scope_id?: string | undefined;
  /** Part of what people call the scope, as `readScopeNames` tells it. */
  q?: string | undefined;
  /** Those whose ids this relation holds. */
  among?: Prisma.Sql | undefined;
}

/** The budgets, as `b`, within reach. */
export function withinSql(reach: BudgetReach): Prisma.Sql {
  if (reach.kind === "all") return Prisma.sql`true`;
  const owned = Prisma.sql`ANY(${[...reach.ownedTeamIds]}::text[])`;
  return Prisma.sql`CASE b.scope_type
    WHEN 'team' THEN b.scope_id = ANY(${[...reach.teamIds]}::text[])
    WHEN 'user' THEN b.scope_id = ${reach.userId}
    WHEN 'member' THEN split_part(b.scope_id, '/', 2) = ${reach.userId} OR split_part(b.scope_id, '/', 1) = ${owned}
    ELSE EXISTS (SELECT 1 FROM keys k WHERE k.id = b.scope_id AND (k.user_id = ${reach.userId} OR k.team_id = ${owned}))
  END`;
}

/**
 * The budgets whose scope is called so. A scope is no foreign key, so each type is looked for in its own table, with that table's
 * indexes and from what is rarer.
 */
function namedSql(q: string): Prisma.Sql {
  const pattern = likePattern(q);
  return Prisma.sql`b.id IN (
    SELECT s.id FROM budgets s JOIN keys k ON k.id = s.scope_id WHERE s.scope_type = 'key' AND k.name ILIKE ${pattern}
    UNION ALL SELECT s.id FROM budgets s JOIN users u ON u.id = s.scope_id
      WHERE s.scope_type = 'user' AND coalesce(u.name, u.email) ILIKE ${pattern}
    UNION ALL SELECT s.id FROM budgets s JOIN teams t ON t.id = s.scope_id WHERE s.scope_type = 'team' AND t.name ILIKE ${pattern}
    UNION ALL SELECT s.id FROM budgets s
      JOIN teams t ON t.id = split_part(s.scope_id, '/', 1) JOIN users u ON u.id = split_part(s.scope_id, '/', 2)
      WHERE s.scope_type = 'member' AND t.name || ' / ' || coalesce(u.name, u.email) ILIKE ${pattern})`;
}

function filterSql({ id, scope_type, scope_id, q, among }: BudgetFilter): Prisma.Sql[] {
  return [
    ...(among ? [Prisma.sql`b.id IN (${among})`] : []),
    ...(id === undefined ? [] : [Prisma.sql`b.id = ${id}`]),
    ...(scope_type === undefined ? [] : [Prisma.sql`b.scope_type = ${scope_type}`]),
    ...(scope_id === undefined ? [] : [Prisma.sql`b.scope_id = ${scope_id}`]),
    ...(q ? [namedSql(q)] : []),
  ];
}

/** The ids of the budgets within reach that pass `filter`; null for all that pass it. A scope is no foreign key, hence the SQL. */
async function findVisibleIds(reach: BudgetReach, db: Db, filter: BudgetFilter): Promise<string[] | null> {
  if (reach.kind === "all") return null;
  const conditions = Prisma.join([withinSql(reach), ...filterSql(filter)], " AND ");
  const rows = await db.$queryRaw<{ id: string }[]>`SELECT b.id FROM budgets b WHERE ${conditions}`;
  return rows.map((row) => row.id);
}

export async function findBudget(reach: BudgetReach, db: Db, id: string): Promise<Budget | null> {
  const visible = await findVisibleIds(reach, db, { id });
  return visible === null || visible.includes(id) ? db.budget.findUnique({ where: { id } }) : null;
}

async function listPage(
  db: Db,
  conditions: readonly Prisma.Sql[],
  page: Keyset,
  ranking: Ranking | undefined,
): Promise<Budget[]> {
  const ids = await listPageIds(db, { table: "budgets", alias: "b", conditions }, page, ranking);
  const budgets = await listBudgetsById(
    db,
    ids.map((row) => row.id),
  );
  return inPageOrder(ids, budgets, page.field);
}

export function listBudgets(
  reach: BudgetReach,
  db: Db,
  filter: BudgetFilter,
  page: Keyset,
  ranking?: Ranking,
): Promise<Budget[]> {
  return listPage(db, [withinSql(reach), ...filterSql(filter)], page, ranking);
}

/** A page of the budgets on any of these scopes. */
export function listPageOn(
  db: Db,
  scopes: readonly BudgetScope[],
  filter: BudgetFilter,
  page: Keyset,
  ranking?: Ranking,
): Promise<Budget[]> {
  return listPage(db, [onScopesSql(scopes), ...filterSql(filter)], page, ranking);
}

/** The budgets, as `b`, on any of these scopes. */
export function onScopesSql(scopes: readonly BudgetScope[]): Prisma.Sql {
  const [types, ids] = [scopes.map((scope) => scope.type), scopes.map((scope) => scope.id)];
  return Prisma.sql`(b.scope_type, b.scope_id) IN (SELECT * FROM unnest(${types}::text[], ${ids}::text[]))`;
}

/** Every budget on any of these scopes, oldest first. */
export function listBudgetsOn(db: Db, scopes: readonly BudgetScope[]): Promise<Budget[]> {
  const types = [...new Set(scopes.map((scope) => scope.type))];
  const idsOf = (type: string) => scopes.filter((scope) => scope.type === type).map((scope) => scope.id);
  const where = types.map((type) => ({ scope_type: type, scope_id: { in: idsOf(type) } }));
  return where.length === 0
    ? Promise.resolve([])
    : db.budget.findMany({ where: { OR: where }, orderBy: { id: "asc" } });
}

/** No reach: for what refers to budgets and has a reach of its own. */
export function listBudgetsById(db: Db, ids: readonly string[]): Promise<Budget[]> {
  return db.budget.findMany({ where: { id: { in: [...ids] } } });
}

export function insertBudget(db: Db, data: Prisma.BudgetUncheckedCreateInput): Promise<Budget> {
  return db.budget.create({ data });
}

/** The row as it is now, locked until the transaction ends, so that a check of it still holds when it is changed. */
export async function lockBudget(db: Db, id: string): Promise<Budget | null> {
  await db.$queryRaw`SELECT 1 FROM budgets WHERE id = ${id} FOR NO KEY UPDATE`;
  return db.budget.findUnique({ where: { id } });
}

export function updateBudget(db: Db, id: string, data: Prisma.BudgetUncheckedUpdateInput): Promise<Budget> {
  return db.budget.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
}

export async function deleteBudget(db: Db, id: string): Promise<void> {
  await db.budget.delete({ where: { id } });
}

/** Makes the accounts of these periods where they are missing; see lib/db/budget-periods. */
export function openAccounts(db: Db, keys: readonly PeriodKey[]): Promise<void> {
  return ensurePeriods((sql, params) => db.$executeRawUnsafe(sql, ...params), keys);
}

export type Account = Pick<BudgetPeriod, "opening_nano" | "spent_nano" | "held_nano">;

/** The account of each period by budget id; where none was made yet, what it would open with. */
export async function readAccounts(db: Db, keys: readonly PeriodKey[]): Promise<Map<string, Account>> {
  if (keys.length === 0) return new Map();
  const rows = await db.budgetPeriod.findMany({
    where: { OR: keys.map(({ budget_id, period_start }) => ({ budget_id, period_start })) },
  });
  const accounts = new Map<string, Account>(rows.map((row) => [row.budget_id, row]));
  const openings = await readOpenings(
    (sql, params) => db.$queryRawUnsafe(sql, ...params),
    keys.filter((key) => !accounts.has(key.budget_id)),
  );
  for (const [id, opening_nano] of openings)
    accounts.set(id, { opening_nano, spent_nano: opening_nano, held_nano: 0n });
  return accounts;
}

/** A budget's accounts by the start of their period, which is all that tells them apart. */
export function listPeriods(
  db: Db,
  budgetId: string,
  { order, after, take }: Pick<Keyset, "order" | "after" | "take">,
): Promise<BudgetPeriod[]> {
  const beyond = after ? { [order === "desc" ? "lt" : "gt"]: after.value } : undefined;
  return db.budgetPeriod.findMany({
    where: { budget_id: budgetId, ...(beyond ? { period_start: beyond } : {}) },
    orderBy: { period_start: order },
    take,
  });
}

/** What was announced of one period, the lowest threshold first. */
export function listAlertsOfPeriod(
  db: Db,
  budgetId: string,
  periodStart: Date,
): Promise<Pick<Alert, "id" | "threshold" | "created_at">[]> {
  return db.alert.findMany({
    where: { budget_id: budgetId, period_start: periodStart },
    select: { id: true, threshold: true, created_at: true },
    orderBy: { threshold: "asc" },
  });
}

/** The key and all that were delegated from it, however indirectly. */
export async function listDelegated(db: Db, keyId: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE line AS (
      SELECT ${keyId}::text AS id UNION SELECT child.id FROM keys child JOIN line ON child.parent_key_id = line.id
    ) SELECT id FROM line`;
  return rows.map((row) => row.id);
}

/** A page of alerts, of one budget or of all within reach. */
export async function listAlerts(
  reach: BudgetReach,
  db: Db,
  { budgetId, q }: { budgetId: string | undefined; q: string | undefined },
  page: Keyset,
): Promise<Alert[]> {
  const within = Prisma.sql`EXISTS (SELECT 1 FROM budgets b WHERE b.id = a.budget_id AND ${withinSql(reach)})`;
  const conditions = [
    ...(reach.kind === "all" ? [] : [within]),
    ...(budgetId === undefined ? [] : [Prisma.sql`a.budget_id = ${budgetId}`]),
    ...(q ? [Prisma.sql`a.data #>> '{scope,name}' ILIKE ${likePattern(q)}`] : []),
  ];
  const ids = await listPageIds(db, { table: "alerts", alias: "a", conditions }, page);
  const alerts = await db.alert.findMany({ where: { id: { in: ids.map((row) => row.id) } } });
  return inPageOrder(ids, alerts, page.field);
}

/** To whom a scope belongs, as far as rights on its budgets are concerned. */
export interface ScopeFacts {
  userId: string | null;
  /** Teams in which it can be seen: its own, or those that a person is in. */
  teamIds: readonly string[];
  /** The team whose owners may limit it; for a team the one above it. */
  aboveTeamId: string | null;
}

async function findMember(db: Db, id: string): Promise<ScopeFacts | null> {
  const [teamId = "", userId = "", ...rest] = id.split("/");
  const team = rest.length === 0 ? await db.team.findUnique({ where: { id: teamId } }) : null;
  if (!team) return null;
  // Membership is inherited downwards, as rights are.
  const held = await db.membership.count({ where: { user_id: userId, team_id: { in: team.path } } });
  return held > 0 ? { userId, teamIds: [teamId], aboveTeamId: teamId } : null;
}

/** What the scope is and where it stands; null where there is no such thing. */
export async function findScope(db: Db, scope: BudgetScope): Promise<ScopeFacts | null> {
  const where = { id: scope.id };
  switch (scope.type) {
    case "team": {
      const team = await db.team.findUnique({ where });
      return team && { userId: null, teamIds: [team.id], aboveTeamId: team.parent_id };
    }
    case "key": {
      const key = await db.key.findUnique({ where });
      return key && { userId: key.user_id, teamIds: key.team_id ? [key.team_id] : [], aboveTeamId: key.team_id };
    }
    case "user": {
      const user = await db.user.findUnique({ where, include: { memberships: true } });
      return user && { userId: user.id, teamIds: user.memberships.map((row) => row.team_id), aboveTeamId: null };
    }
    case "member":
      return findMember(db, scope.id);
  }
}

/** Whether `keyId` is the key `ancestorId` or was delegated from it, however indirectly. */
export async function isDelegatedFrom(db: Db, keyId: string, ancestorId: string): Promise<boolean> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE line AS (
      SELECT id, parent_key_id FROM keys WHERE id = ${keyId}
      UNION SELECT parent.id, parent.parent_key_id FROM keys parent JOIN line ON parent.id = line.parent_key_id
    ) SELECT id FROM line WHERE id = ${ancestorId}`;
  return rows.length > 0;
}

interface Named {
  id: string;
  name: string | null;
}

function idsOf(scopes: readonly BudgetScope[], types: readonly string[], part: number): string[] {
  return scopes.filter((scope) => types.includes(scope.type)).map((scope) => scope.id.split("/")[part] ?? "");
}

/** What people call each scope, by `<type> <id>`: a key's or team's name, a person's name or e-mail, `<team> / <person>`. */
export async function readScopeNames(db: Db, scopes: readonly BudgetScope[]): Promise<Map<string, string>> {
  const userIds = [...idsOf(scopes, ["user"], 0), ...idsOf(scopes, ["member"], 1)];
  const teamIds = idsOf(scopes, ["team", "member"], 0);
  const [keys, users, teams] = await Promise.all([
    db.key.findMany({ where: { id: { in: idsOf(scopes, ["key"], 0) } }, select: { id: true, name: true } }),
    db.user.findMany({ where: { id: { in: userIds } }, select: { id: true, name: true, email: true } }),
    db.team.findMany({ where: { id: { in: teamIds } }, select: { id: true, name: true } }),
  ]);
  const people: Named[] = users.map((user) => ({ id: user.id, name: user.name ?? user.email }));
  const names = new Map([...keys, ...people, ...teams].map((named) => [named.id, named.name]));
  const nameOf = (scope: BudgetScope) => {
    const parts = scope.id.split("/").map((id) => names.get(id));
    return parts.some((part) => part == null) ? [] : [[`${scope.type} ${scope.id}`, parts.join(" / ")] as const];
  };
  return new Map(scopes.flatMap(nameOf));
}
