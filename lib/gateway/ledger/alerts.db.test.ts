/** Thresholds: announced when spend stands at or over them, once, whatever else happens to the budget. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { newId } from "@/lib/ids";
import { auditBooks } from "@/lib/testing/books";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeKey, makeTeam, makeUser } from "@/lib/testing/factories";
import { type BudgetFields, holdOf, makeBudgetRef, makeDraft, makeOutcome, openLedger } from "@/lib/testing/ledger";
import type { BudgetRef } from "../directory/types";
import type { PostgresLedger } from "./postgres";

const t = openTestDatabase();
let ledger: PostgresLedger;

beforeAll(async () => {
  ledger = await openLedger(t.pool);
});
afterAll(() => ledger.close());
afterEach(async () => {
  expect(await auditBooks(t.pool, { scopes: false })).toEqual({});
});

const defaults: BudgetFields = { thresholds: [50, 75, 90, 100] };
const makeBudget = (limitNano: bigint, fields: BudgetFields = defaults) =>
  makeBudgetRef(t.db, { type: "key", id: newId("key") }, limitNano, fields);
const request = (budget: BudgetRef, estimate_nano: bigint) => ({
  draft: makeDraft({ estimate_nano }),
  budgets: [budget],
});

async function spend(budget: BudgetRef, costNano: bigint, through = ledger): Promise<void> {
  const hold = holdOf(await through.reserve(request(budget, costNano)));
  await through.settle(hold, makeOutcome(hold, costNano));
}

async function thresholdsOf(budget: BudgetRef): Promise<number[]> {
  const alerts = await t.db.alert.findMany({ where: { budget_id: budget.id }, orderBy: { threshold: "asc" } });
  return alerts.map(({ threshold }) => threshold);
}

const setLimit = (budget: BudgetRef, limit_nano: bigint) =>
  t.db.budget.update({ where: { id: budget.id }, data: { limit_nano } });

/** How many statements wait for a lock. */
async function waiting(count: number): Promise<void> {
  await eventually(async () => {
    const { rows } = await t.pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rows.length === count ? true : undefined;
  });
}

test("each threshold is announced when spend reaches it exactly, one nano before it is not", async () => {
  const budget = await makeBudget(1_000n);
  await spend(budget, 499n);
  expect(await thresholdsOf(budget)).toEqual([]);
  await spend(budget, 1n);
  expect(await thresholdsOf(budget)).toEqual([50]);
  await spend(budget, 399n);
  expect(await thresholdsOf(budget)).toEqual([50, 75]);
  await spend(budget, 101n);
  expect(await thresholdsOf(budget)).toEqual([50, 75, 90, 100]);
});

test("what a message says is what the account said when it was written", async () => {
  const [team, user] = [
    await makeTeam(t.db, { name: "Engineering" }),
    await makeUser(t.db, { email: "ada@example.test" }),
  ];
  const { key } = await makeKey(t.db, { name: "laptop" });
  const scopes = [
    [{ type: "team", id: team.id }, "Engineering"],
    [{ type: "user", id: user.id }, "ada@example.test"],
    [{ type: "member", id: `${team.id}/${user.id}` }, "ada@example.test"],
    [{ type: "key", id: key.id }, "laptop"],
  ] as const;
  for (const [scope, name] of scopes) {
    const budget = await makeBudgetRef(t.db, scope, 1_000_000_000n, {
      thresholds: [80],
      period: "monthly",
      timezone: "Asia/Tokyo",
    });
    const open = holdOf(await ledger.reserve(request(budget, 100_000_000n)));
    await spend(budget, 850_000_000n);
    const alert = await t.db.alert.findFirstOrThrow({ where: { budget_id: budget.id } });
    const message = await t.db.message.findUniqueOrThrow({ where: { id: alert.message_id } });
    expect(message.type).toBe("budget.threshold_reached");
    expect(message.data).toEqual(alert.data);
    expect(message.data).toMatchObject({
      alert_id: alert.id,
      threshold: 80,
      percent: 85,
      budget: {
        id: budget.id,
        limit_usd: "1.00",
        period: "monthly",
        period_start: alert.period_start.toISOString(),
        hard: true,
      },
      scope: { ...scope, name },
      spent_usd: "0.85",
      held_usd: "0.10",
      remaining_usd: "0.05",
    });
    await ledger.settle(open, makeOutcome(open, 0n));
  }
});

test("a limit lowered below what is spent announces at the next spend, a raised one takes nothing back and repeats nothing", async () => {
  const budget = await makeBudget(1_000n);
  await spend(budget, 100n);
  await setLimit(budget, 110n);
  expect(await thresholdsOf(budget)).toEqual([]);
  await spend(budget, 1n);
  expect(await thresholdsOf(budget)).toEqual([50, 75, 90]);
  await setLimit(budget, 10_000n);
  await spend(budget, 4_899n);
  expect(await thresholdsOf(budget)).toEqual([50, 75, 90]);
  await spend(budget, 5_000n);
  expect(await thresholdsOf(budget)).toEqual([50, 75, 90, 100]);
});

test("another process, or this one after a restart, announces nothing again", async () => {
  const budget = await makeBudget(1_000n, { ...defaults, hard: false });
  await spend(budget, 800n);
  const other = await openLedger(t.pool);
  await spend(budget, 10n, other);
  await spend(budget, 500n, other);
  await spend(budget, 1n);
  await other.close();
  expect(await thresholdsOf(budget)).toEqual([50, 75, 90, 100]);
});

test("a hard budget that has spent 90 % and refuses for lack of room is announced as exhausted, once", async () => {
  const budget = await makeBudget(1_000n, { thresholds: [100] });
  await spend(budget, 899n);
  expect((await ledger.reserve(request(budget, 102n))).ok).toBe(false);
  expect(await thresholdsOf(budget)).toEqual([]);
  await spend(budget, 1n);
  // Held by others, which will end: room may come back.
  const hold = holdOf(await ledger.reserve(request(budget, 90n)));
  expect(await ledger.reserve(request(budget, 20n))).toMatchObject({ ok: false, refusal: { code: "budget_busy" } });
  expect(await thresholdsOf(budget)).toEqual([]);
  const refusals = await Promise.all(Array.from({ length: 30 }, () => ledger.reserve(request(budget, 101n))));
  expect(refusals.map(({ ok }) => ok)).not.toContain(true);
  expect(await thresholdsOf(budget)).toEqual([100]);
  await ledger.settle(hold, makeOutcome(hold, 90n));
  await spend(budget, 10n);
  expect(await thresholdsOf(budget)).toEqual([100]);
  const alert = await t.db.alert.findFirstOrThrow({ where: { budget_id: budget.id } });
  expect(await t.db.message.findUnique({ where: { id: alert.message_id } })).toMatchObject({ type: "budget.exceeded" });
});

test("a refusal announces nothing of a budget without a threshold of 100 %, or that another budget refused", async () => {
  const [mine, others] = [await makeBudget(1_000n, { thresholds: [95] }), await makeBudget(1_000n)];
  await spend(mine, 920n);
  const draft = makeDraft({ estimate_nano: 500n });
  expect((await ledger.reserve({ draft, budgets: [mine, others] })).ok).toBe(false);
  expect([await thresholdsOf(mine), await thresholdsOf(others)]).toEqual([[], []]);
});

test("a budget that is deleted while a threshold of it is being announced makes nobody fail", async () => {
  const budget = await makeBudget(1_000n);
  const hold = holdOf(await ledger.reserve(request(budget, 800n)));
  const blocker = await t.pool.connect();
  await blocker.query("BEGIN");
  // Scope names are read between charging the account and writing the alert; there the settlement is made to wait.
  await blocker.query("LOCK TABLE teams IN ACCESS EXCLUSIVE MODE");
  const settling = ledger.settle(hold, makeOutcome(hold, 800n));
  await waiting(1);
  const deleting = t.pool.query("DELETE FROM budgets WHERE id = $1", [budget.id]);
  await waiting(2);
  await blocker.query("COMMIT");
  blocker.release();
  await settling;
  expect((await deleting).rowCount).toBe(1);
  expect(await t.db.usageEvent.count({ where: { id: hold.draft.id } })).toBe(1);
});

test("a budget whose deletion is under way is not waited for; if it stays, the next call announces", async () => {
  const budget = await makeBudget(1_000n);
  await spend(budget, 1n);
  const deleter = await t.pool.connect();
  await deleter.query("BEGIN");
  await deleter.query("SELECT 1 FROM budgets WHERE id = $1 FOR UPDATE", [budget.id]);
  await spend(budget, 800n);
  expect(await thresholdsOf(budget)).toEqual([]);
  await deleter.query("ROLLBACK");
  deleter.release();
  await spend(budget, 1n);
  expect(await thresholdsOf(budget)).toEqual([50, 75]);
});
