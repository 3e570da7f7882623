/** Budgets that change, come and go while calls are in flight, and periods that end: the books stay right to the unit. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { newId } from "@/lib/ids";
import { auditBooks } from "@/lib/testing/books";
import { billInFull, callChat } from "@/lib/testing/calls";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeKey } from "@/lib/testing/factories";
import { createFakeClock } from "@/lib/testing/fake-clock";
import { makeModel, startGateway } from "@/lib/testing/gateway";
import { holdOf, makeBudgetRef, makeDraft, makeOutcome, openLedger } from "@/lib/testing/ledger";
import { seededRandom } from "@/lib/testing/random";
import { startUpstream } from "@/lib/testing/scripted-upstream";
import { wait } from "@/lib/testing/upstream-scripts";
import type { BudgetRef } from "../directory/types";
import type { PostgresLedger } from "./postgres";
import type { Hold } from "./types";

const t = openTestDatabase();
let ledger: PostgresLedger;

beforeAll(async () => {
  ledger = await openLedger(t.pool);
});
afterAll(() => ledger.close());
afterEach(async () => {
  expect(await auditBooks(t.pool)).toEqual({});
});

const scopeOf = (keyId: string) => ({ type: "key", id: keyId });
const take = async (
  keyId: string,
  estimate_nano: bigint,
  budgets: BudgetRef[],
  started_at = new Date(),
): Promise<Hold> =>
  holdOf(await ledger.reserve({ draft: makeDraft({ estimate_nano, key_id: keyId, started_at }), budgets }));
const accountsOf = async (budget: BudgetRef) => {
  const rows = await t.db.budgetPeriod.findMany({ where: { budget_id: budget.id }, orderBy: { period_start: "asc" } });
  return rows.map(({ opening_nano, spent_nano, held_nano }) => [opening_nano, spent_nano, held_nano]);
};

test("a changed limit binds the very next call, in both directions", async () => {
  const keyId = newId("key");
  const budget = await makeBudgetRef(t.db, scopeOf(keyId), 100n);
  const hold = await take(keyId, 80n, [budget]);
  await t.db.budget.update({ where: { id: budget.id }, data: { limit_nano: 80n } });
  const refused = await ledger.reserve({ draft: makeDraft({ estimate_nano: 1n, key_id: keyId }), budgets: [budget] });
  expect(refused).toMatchObject({ ok: false, refusal: { code: "budget_busy", limitNano: 80n, heldNano: 80n } });
  await t.db.budget.update({ where: { id: budget.id }, data: { limit_nano: 81n } });
  const last = await take(keyId, 1n, [budget]);
  await t.db.budget.update({ where: { id: budget.id }, data: { limit_nano: 10n } });
  // More is spent than the limit says now; what was admitted is booked all the same.
  for (const each of [hold, last]) await ledger.settle(each, makeOutcome(each, each.draft.estimate_nano));
  expect(await accountsOf(budget)).toEqual([[0n, 81n, 0n]]);
});

test("a call that comes right after another has ended has the room which that one did not use", async () => {
  const keyId = newId("key");
  const budget = await makeBudgetRef(t.db, scopeOf(keyId), 120n);
  const settlements: Promise<void>[] = [];
  for (let spent = 0; spent < 20; spent++) {
    const hold = await take(keyId, 100n, [budget]);
    settlements.push(ledger.settle(hold, makeOutcome(hold, 1n)));
  }
  await Promise.all(settlements);
  expect(await accountsOf(budget)).toEqual([[0n, 20n, 0n]]);
});

test("limits, budgets and thresholds that change under load leave the books right, and no limit of the moment is passed", async () => {
  const random = seededRandom(3);
  const [keyId, otherId] = [newId("key"), newId("key")];
  const [hard, soft] = [
    await makeBudgetRef(t.db, scopeOf(keyId), 5_000n, { thresholds: [50, 100] }),
    await makeBudgetRef(t.db, scopeOf(keyId), 500n, { hard: false, period: "daily" }),
  ];
  let isRunning = true;
  let highest = 5_000n;
  const change = async () => {
    while (isRunning) {
      const limit_nano = BigInt(1_000 + Math.floor(random() * 20_000));
      highest = limit_nano > highest ? limit_nano : highest;
      await t.db.budget.update({
        where: { id: hard.id },
        data: { limit_nano, thresholds: [Math.floor(random() * 100) + 1, 100] },
      });
      const passing = await makeBudgetRef(t.db, scopeOf(otherId), 1_000_000n);
      const hold = await take(otherId, 1n, [passing]);
      await t.db.budget.delete({ where: { id: passing.id } });
      await ledger.settle(hold, makeOutcome(hold, 1n));
    }
  };
  const changing = change();
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let index = 0; index < 25; index++) {
        const estimate_nano = BigInt(Math.floor(random() * 200));
        const result = await ledger.reserve({
          draft: makeDraft({ estimate_nano, key_id: keyId }),
          budgets: [hard, soft],
        });
        if (result.ok)
          await ledger.settle(
            result.hold,
            makeOutcome(result.hold, BigInt(Math.floor(random() * Number(estimate_nano)))),
          );
      }
    }),
  );
  isRunning = false;
  await changing;
  const [[, spent = -1n] = []] = await accountsOf(hard);
  expect(spent >= 0n && spent <= highest).toBe(true);
});

test("a budget made in the middle of a period opens with what its scope has spent, and later calls are charged to it", async () => {
  const { key: parent } = await makeKey(t.db);
  const { key: child } = await makeKey(t.db, { parent_key_id: parent.id });
  for (const [keyId, cost] of [
    [parent.id, 30n],
    [child.id, 12n],
    [newId("key"), 500n],
  ] as const) {
    const hold = await take(keyId, 1_000n, []);
    await ledger.settle(hold, makeOutcome(hold, cost));
  }
  const budget = await makeBudgetRef(t.db, scopeOf(parent.id), 100n, { period: "daily" });
  const hold = await take(child.id, 58n, [budget]);
  expect(hold.remainingNano).toBe(0n);
  await ledger.settle(hold, makeOutcome(hold, 8n));
  expect(await accountsOf(budget)).toEqual([[42n, 50n, 0n]]);
});

test("a budget deleted while calls are in flight is charged no more and binds no more; the others are", async () => {
  const keyId = newId("key");
  const [gone, stays] = [
    await makeBudgetRef(t.db, scopeOf(keyId), 100n),
    await makeBudgetRef(t.db, scopeOf(keyId), 10_000n),
  ];
  const holds = await Promise.all(Array.from({ length: 10 }, () => take(keyId, 10n, [gone, stays])));
  await t.db.budget.delete({ where: { id: gone.id } });
  // The directory may name it for another moment.
  const after = await take(keyId, 5_000n, [gone, stays]);
  await Promise.all([...holds, after].map((hold) => ledger.settle(hold, makeOutcome(hold, 7n))));
  expect([await accountsOf(gone), await accountsOf(stays)]).toEqual([[], [[0n, 77n, 0n]]]);
});

test("a budget deleted while its account is being made is passed over", async () => {
  const keyId = newId("key");
  const budget = await makeBudgetRef(t.db, scopeOf(keyId), 0n);
  const deleter = await t.pool.connect();
  await deleter.query("BEGIN");
  await deleter.query("DELETE FROM budgets WHERE id = $1", [budget.id]);
  const taking = take(keyId, 10n, [budget]);
  await eventually(async () => {
    const { rows } = await t.pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rows[0];
  });
  await deleter.query("COMMIT");
  deleter.release();
  const hold = await taking;
  await ledger.settle(hold, makeOutcome(hold, 10n));
  expect(hold.periods).toEqual([]);
});

test("an account that the database lost is made anew and binds, although this process had made it already", async () => {
  const keyId = newId("key");
  const budget = await makeBudgetRef(t.db, scopeOf(keyId), 100n);
  const hold = await take(keyId, 90n, [budget]);
  await ledger.settle(hold, makeOutcome(hold, 90n));
  await t.db.budgetPeriod.deleteMany({ where: { budget_id: budget.id } });
  const refused = await ledger.reserve({ draft: makeDraft({ estimate_nano: 20n, key_id: keyId }), budgets: [budget] });
  expect(refused).toMatchObject({ ok: false, refusal: { code: "budget_exceeded", spentNano: 90n } });
  await t.db.budget.delete({ where: { id: budget.id } });
});

test("a call is charged to the period in which it started, however late it is held or settled", async () => {
  const keyId = newId("key");
  const budget = await makeBudgetRef(t.db, scopeOf(keyId), 100n, { period: "daily", timezone: "Asia/Kathmandu" });
  // Midnight in Kathmandu is 18:15 UTC.
  const midnight = Date.parse("2026-03-10T18:15:00Z");
  const before = await take(keyId, 100n, [budget], new Date(midnight - 1));
  const after = await take(keyId, 100n, [budget], new Date(midnight));
  const late = await ledger.reserve({
    draft: makeDraft({ estimate_nano: 1n, started_at: new Date(midnight - 1) }),
    budgets: [budget],
  });
  expect(late).toMatchObject({ ok: false, refusal: { code: "budget_busy", resetsAt: new Date(midnight) } });
  await ledger.settle(after, makeOutcome(after, 60n));
  await ledger.settle(before, makeOutcome(before, 50n));
  expect(await accountsOf(budget)).toEqual([
    [0n, 50n, 0n],
    [0n, 60n, 0n],
  ]);
});

test("a call in flight through the gateway over the end of a period leaves the new one whole", async () => {
  const clock = createFakeClock("2026-03-31T23:59:59.900Z");
  const upstream = await startUpstream();
  const running = await startGateway({ clock });
  const { key, secret } = await makeKey(t.db);
  const { model } = await makeModel(t.db, upstream.url, { price: { input: "0", output: "1000" } });
  const budget = await makeBudgetRef(t.db, scopeOf(key.id), 100_000_000n, { period: "monthly" });
  const gate = upstream.gate();
  upstream.respondWith(({ body }) => [wait(gate), ...billInFull(body)]);
  const call = () => callChat(running.url, secret, { model: model.name, maxTokens: 100 });
  const march = call();
  await upstream.waitForRequests(1);
  expect(await call()).toMatchObject({ status: 429, code: "budget_busy" });
  clock.set("2026-04-01T00:00:00.000Z");
  const april = call();
  await upstream.waitForRequests(2);
  gate.open();
  expect([(await march).status, (await april).status]).toEqual([200, 200]);
  await running.close();
  await upstream.close();
  expect(await accountsOf(budget)).toEqual([
    [0n, 100_000_000n, 0n],
    [0n, 100_000_000n, 0n],
  ]);
});

test("a call in flight while a budget is made is charged to those that stood when it was admitted", async () => {
  const keyId = newId("key");
  const old = await makeBudgetRef(t.db, scopeOf(keyId), 1_000n);
  const inFlight = await take(keyId, 100n, [old]);
  const fresh = await makeBudgetRef(t.db, scopeOf(keyId), 1_000n);
  const next = await take(keyId, 10n, [old, fresh]);
  for (const hold of [inFlight, next]) await ledger.settle(hold, makeOutcome(hold, hold.draft.estimate_nano));
  expect([await accountsOf(old), await accountsOf(fresh)]).toEqual([[[0n, 110n, 0n]], [[0n, 10n, 0n]]]);
  // The scope has used more than the new budget counts; the rows would break that check for the tests after this one.
  expect(await auditBooks(t.pool, { scopes: false })).toEqual({});
  await t.db.budget.delete({ where: { id: fresh.id } });
});
