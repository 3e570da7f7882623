import { beforeAll, describe, expect, test } from "vitest";
import type { Team } from "@/lib/db/generated/client";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeBudget, makeUsageEvent } from "@/lib/testing/ledger-rows";
import { ensurePeriods, type PeriodKey, readOpenings } from "./budget-periods";

const t = openTestDatabase();
const start = new Date("2026-11-01T00:00:00Z");
const end = new Date("2026-12-01T00:00:00Z");

const byPg = (sql: string, params: unknown[]) => t.pool.query(sql, params);
const byPrisma = (sql: string, params: unknown[]) => t.db.$executeRawUnsafe(sql, ...params);

let root: Team;
let child: Team;
let other: Team;
const [ada, bob] = ["usr_ada", "usr_bob"] as const;
const keys = { shared: "", delegated: "", grandchild: "", lone: "" };

// Amounts are powers of ten, so that a sum tells which calls are in it.
beforeAll(async () => {
  root = await makeTeam(t.db);
  child = await makeTeam(t.db, { parent_id: root.id });
  other = await makeTeam(t.db);
  for (const id of [ada, bob]) await makeUser(t.db, { id });
  keys.shared = (await makeKey(t.db, { type: "team", team_id: root.id })).key.id;
  keys.delegated = (await makeKey(t.db, { user_id: ada, parent_key_id: keys.shared })).key.id;
  keys.grandchild = (await makeKey(t.db, { type: "virtual", parent_key_id: keys.delegated })).key.id;
  keys.lone = (await makeKey(t.db, { user_id: ada })).key.id;
  const middle = new Date("2026-11-15T00:00:00Z");
  const call = (fields: Parameters<typeof makeUsageEvent>[1]) =>
    makeUsageEvent(t.db, { started_at: middle, ...fields });
  await call({ cost_nano: 1n, key_id: keys.shared, team_id: root.id });
  await call({ cost_nano: 10n, key_id: keys.delegated, user_id: ada, team_id: root.id });
  await call({ cost_nano: 100n, key_id: keys.grandchild, user_id: ada, team_id: child.id });
  await call({ cost_nano: 1_000n, key_id: keys.lone, user_id: ada, team_id: other.id });
  await call({ cost_nano: 10_000n, key_id: "key_gone", user_id: bob, team_id: child.id });
  await call({ cost_nano: 100_000n, key_id: keys.lone, user_id: ada });
  // At the borders: a period holds its start and not its end.
  const edge = { key_id: keys.shared, user_id: ada, team_id: root.id };
  await call({ ...edge, cost_nano: 1_000_000n, started_at: start });
  await call({ ...edge, cost_nano: 10_000_000n, started_at: new Date(end.getTime() - 1) });
  await call({ ...edge, cost_nano: 100_000_000n, started_at: new Date(start.getTime() - 1) });
  await call({ ...edge, cost_nano: 1_000_000_000n, started_at: end });
});

async function budgetOn(type: string, id: string, period: [Date, Date | null] = [start, end]): Promise<PeriodKey> {
  const budget = await makeBudget(t.db, { type, id });
  return {
    budget_id: budget.id,
    scope_type: type,
    scope_id: id,
    period_start: period[0],
    period_end: period[1],
  };
}

const edges = 11_000_000n;

describe("an account opens with what its scope has spent in its period", () => {
  test.each([
    ["a key with all that were delegated from it", () => ["key", keys.shared], 111n + edges],
    ["a delegated key with its own", () => ["key", keys.delegated], 110n],
    ["a key without any", () => ["key", keys.lone], 101_000n],
    ["a key that never called", () => ["key", "key_unknown"], 0n],
    ["a person in every team and none", () => ["user", ada], 101_110n + edges],
    ["an organisation with all below it", () => ["team", root.id], 10_111n + edges],
    ["a sub-team alone", () => ["team", child.id], 10_100n],
    ["a member in the team and below it", () => ["member", `${root.id}/${ada}`], 110n + edges],
    ["a member in the sub-team", () => ["member", `${child.id}/${ada}`], 100n],
    ["another member of it", () => ["member", `${root.id}/${bob}`], 10_000n],
  ] as const)("%s", async (_name, scope, expected) => {
    const [type, id] = scope() as [string, string];
    const key = await budgetOn(type, id);
    expect(await readOpenings(async (sql, params) => (await t.pool.query(sql, params)).rows, [key])).toEqual(
      new Map([[key.budget_id, expected]]),
    );
    expect(await t.db.budgetPeriod.count({ where: { budget_id: key.budget_id } })).toBe(0);
    await ensurePeriods(byPg, [key]);
    expect(await t.db.budgetPeriod.findMany({ where: { budget_id: key.budget_id } })).toMatchObject([
      { period_start: start, period_end: end, opening_nano: expected, spent_nano: expected, held_nano: 0n },
    ]);
  });

  test("a period without an end takes in everything", async () => {
    const key = await budgetOn("user", ada, [new Date(0), null]);
    await ensurePeriods(byPrisma, [key]);
    expect(await t.db.budgetPeriod.findFirst({ where: { budget_id: key.budget_id } })).toMatchObject({
      period_end: null,
      spent_nano: 1_111_101_110n,
    });
  });
});

describe("rows are made once", () => {
  test("one that is there stays as it is, beside others that are made", async () => {
    const [old, fresh] = [await budgetOn("user", ada), await budgetOn("team", child.id)];
    await t.db.budgetPeriod.create({
      data: { budget_id: old.budget_id, period_start: start, period_end: end, spent_nano: 7n, held_nano: 3n },
    });
    await ensurePeriods(byPrisma, [old, fresh]);
    expect(await t.db.budgetPeriod.findFirst({ where: { budget_id: old.budget_id } })).toMatchObject({
      opening_nano: 0n,
      spent_nano: 7n,
      held_nano: 3n,
    });
    expect(await t.db.budgetPeriod.findFirst({ where: { budget_id: fresh.budget_id } })).toMatchObject({
      spent_nano: 10_100n,
    });
  });

  test("also when many processes make the same rows at once, in whatever order", async () => {
    const all = await Promise.all([child, root, other].map((team) => budgetOn("team", team.id)));
    const orders = Array.from({ length: 16 }, (_, index) => (index % 2 ? all : [...all].reverse()));
    await Promise.all(orders.map((rows) => ensurePeriods(byPg, rows)));
    const made = await t.db.budgetPeriod.findMany({ where: { budget_id: { in: all.map((key) => key.budget_id) } } });
    expect(made.map((row) => row.spent_nano).sort((a, b) => Number(a - b))).toEqual([1_000n, 10_100n, 10_111n + edges]);
  });

  test("a budget that is gone is passed over, and nothing to do is nothing done", async () => {
    const gone = { ...(await budgetOn("user", ada)), budget_id: "bud_gone" };
    await ensurePeriods(byPg, [gone]);
    await ensurePeriods(() => Promise.reject(new Error("asked without need")), []);
    expect(await t.db.budgetPeriod.count({ where: { budget_id: "bud_gone" } })).toBe(0);
  });
});
