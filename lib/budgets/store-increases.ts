/** Rows of increases, and what stands over a budget's scope. Only lib/budgets calls this. */
import type { Db } from "@/lib/db/client";
import type { BudgetIncrease, Prisma } from "@/lib/db/generated/client";
import type { BudgetScope } from "./schema";

/** The increases that count in the limits of these budgets, the first to end first. */
export function listCounting(db: Db, budgetIds: readonly string[]): Promise<BudgetIncrease[]> {
  return db.budgetIncrease.findMany({
    where: { budget_id: { in: [...budgetIds] }, ended_at: null },
    orderBy: [{ ends_at: "asc" }, { id: "asc" }],
  });
}

/** What of a budget's limit is temporary. */
export async function sumCounting(db: Db, budgetId: string): Promise<bigint> {
  const { _sum } = await db.budgetIncrease.aggregate({
    where: { budget_id: budgetId, ended_at: null },
    _sum: { amount_nano: true },
  });
  return _sum.amount_nano ?? 0n;
}

export function findIncrease(db: Db, id: string): Promise<BudgetIncrease | null> {
  return db.budgetIncrease.findUnique({ where: { id } });
}

export function insertIncrease(db: Db, data: Prisma.BudgetIncreaseUncheckedCreateInput): Promise<BudgetIncrease> {
  return db.budgetIncrease.create({ data });
}

/** False where it has ended before, or went with its budget. */
export async function closeIncrease(db: Db, id: string, endedAt: Date): Promise<boolean> {
  const { count } = await db.budgetIncrease.updateMany({ where: { id, ended_at: null }, data: { ended_at: endedAt } });
  return count === 1;
}

/** The team and those above it, nearest first. */
async function pathOf(db: Db, teamId: string | null): Promise<string[]> {
  const team = teamId ? await db.team.findUnique({ where: { id: teamId } }) : null;
  return (team?.path ?? []).toReversed();
}

function teamsAndPlaces(teamIds: readonly string[], userId: string | null): BudgetScope[] {
  return teamIds.flatMap((id) => [
    { type: "team" as const, id },
    ...(userId ? [{ type: "member" as const, id: `${id}/${userId}` }] : []),
  ]);
}

async function listAboveKey(db: Db, id: string): Promise<BudgetScope[]> {
  const line = await db.$queryRaw<{ id: string; user_id: string | null; team_id: string | null }[]>`
    WITH RECURSIVE line AS (
      SELECT id, user_id, team_id, parent_key_id, 0 AS depth FROM keys WHERE id = ${id}
      UNION ALL
      SELECT k.id, k.user_id, k.team_id, k.parent_key_id, line.depth + 1 FROM keys k JOIN line ON k.id = line.parent_key_id
    ) SELECT id, user_id, team_id FROM line ORDER BY depth`;
  const [key, ...parents] = line;
  if (!key) return [];
  return [
    ...parents.map((parent) => ({ type: "key" as const, id: parent.id })),
    ...(key.user_id ? [{ type: "user" as const, id: key.user_id }] : []),
    ...teamsAndPlaces(await pathOf(db, key.team_id), key.user_id),
  ];
}

/**
 * The other scopes to which every call of this one is charged too, as lib/gateway/directory chains them, nearest first. None for a
 * person: their calls may belong to any of their teams.
 */
export async function listScopesAbove(db: Db, scope: BudgetScope): Promise<BudgetScope[]> {
  if (scope.type === "user") return [];
  if (scope.type === "key") return listAboveKey(db, scope.id);
  const [teamId = "", userId] = scope.id.split("/");
  const above = (await pathOf(db, teamId)).filter((id) => id !== teamId);
  if (userId === undefined) return teamsAndPlaces(above, null);
  return [{ type: "user", id: userId }, { type: "team", id: teamId }, ...teamsAndPlaces(above, userId)];
}
