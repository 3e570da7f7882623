/** Leases: the calls of a process that is gone are swept, those of one that lives are not, and an outage makes nobody look dead. */
import type pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createPool } from "@/lib/db/pool";
import { newId } from "@/lib/ids";
import { auditBooks } from "@/lib/testing/books";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { holdOf, type LedgerOptions, makeBudgetRef, makeDraft, makeOutcome, openLedger } from "@/lib/testing/ledger";
import { type PostgresProxy, startPostgresProxy } from "@/lib/testing/postgres-proxy";
import type { BudgetRef } from "../directory/types";
import type { PostgresLedger } from "./postgres";

const t = openTestDatabase();
let proxy: PostgresProxy;
let budget: BudgetRef;
const opened: { ledger: PostgresLedger; pool: pg.Pool }[] = [];

beforeAll(async () => {
  proxy = await startPostgresProxy(t.url);
  budget = await makeBudgetRef(t.db, { type: "key", id: "key_lease" }, 1_000_000n);
});
afterAll(() => proxy.close());
afterEach(async () => {
  proxy.open();
  for (const { ledger, pool } of opened.splice(0)) {
    await ledger.close();
    await pool.end();
  }
  expect(await auditBooks(t.pool)).toEqual({});
});

async function open(options: LedgerOptions = {}): Promise<PostgresLedger> {
  const pool = createPool(proxy.url, { queryTimeoutMs: 500 });
  const ledger = await openLedger(pool, options);
  opened.push({ ledger, pool });
  return ledger;
}

const request = () => ({ draft: makeDraft({ estimate_nano: 100n, key_id: "key_lease" }), budgets: [budget] });
const eventOf = (id: string) => t.db.usageEvent.findUnique({ where: { id } });
const leaseOf = async (processId: string) => {
  const { rows } = await t.pool.query<{ is_live: boolean }>(
    "SELECT lease_until > now() AS is_live FROM gateway_processes WHERE id = $1",
    [processId],
  );
  return rows[0]?.is_live;
};
const setLeaseEnd = (processId: string, seconds: number) =>
  t.pool.query("UPDATE gateway_processes SET lease_until = now() + $2 * interval '1 second' WHERE id = $1", [
    processId,
    seconds,
  ]);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("calls of a process whose lease has run out are booked once, as unknown and at their full estimate", async () => {
  const processId = newId("process");
  const dead = await open({ processId });
  const holds = await Promise.all(Array.from({ length: 20 }, async () => holdOf(await dead.reserve(request()))));
  const sweepers = await Promise.all([open({ leaseMs: 60 }), open({ leaseMs: 60 }), open({ leaseMs: 60 })]);
  // As long as it lives, nobody touches them.
  await pause(300);
  expect(await t.db.reservation.count()).toBe(20);
  await setLeaseEnd(processId, -1);
  await eventually(async () => ((await t.db.reservation.count()) === 0 ? true : undefined));
  await Promise.all(sweepers.map((sweeper) => sweeper.sweep()));
  const events = await t.db.usageEvent.findMany({ where: { id: { in: holds.map(({ draft }) => draft.id) } } });
  expect(events).toHaveLength(20);
  for (const event of events)
    expect(event).toMatchObject({
      status: "unknown",
      error_code: "process_lost",
      cost_source: "hold",
      cost_nano: 100n,
      budget_ids: [budget.id],
    });
  // It was not dead after all: what it has to say comes too late to be charged again.
  for (const hold of holds) await dead.settle(hold, makeOutcome(hold, 40n));
  expect(await t.db.usageEvent.count({ where: { id: { in: holds.map(({ draft }) => draft.id) } } })).toBe(20);
});

test("a lease that ran out unnoticed is renewed before anything is held under it", async () => {
  const processId = newId("process");
  const late = await open({ processId });
  const sweeper = await open({ leaseMs: 40 });
  await pause(100);
  for (const lose of [
    () => setLeaseEnd(processId, -1),
    () => t.pool.query("DELETE FROM gateway_processes WHERE id = $1", [processId]),
  ]) {
    await lose();
    const hold = holdOf(await late.reserve(request()));
    expect(await leaseOf(processId)).toBe(true);
    await sweeper.sweep();
    expect(await t.db.reservation.count({ where: { id: hold.draft.id } })).toBe(1);
    await late.settle(hold, makeOutcome(hold, 40n));
    expect(await eventOf(hold.draft.id)).toMatchObject({ status: "ok", cost_nano: 40n });
  }
});

test("a process does not sweep before it has held its own lease for a whole one", async () => {
  const processId = newId("process");
  const dead = await open({ processId });
  const hold = holdOf(await dead.reserve(request()));
  await setLeaseEnd(processId, -1);
  const fresh = await open({ leaseMs: 60_000 });
  await fresh.sweep();
  expect(await t.db.reservation.count({ where: { id: hold.draft.id } })).toBe(1);
  await dead.settle(hold, makeOutcome(hold, 40n));
});

test("a database that was away for longer than a lease costs no living process its calls", async () => {
  const ledgers = await Promise.all(Array.from({ length: 3 }, () => open({ leaseMs: 600 })));
  await pause(800);
  const holds = await Promise.all(ledgers.map(async (ledger) => holdOf(await ledger.reserve(request()))));
  proxy.shut();
  await expect(ledgers[0]?.reserve(request())).rejects.toThrow();
  await pause(1_400);
  proxy.open();
  // Long enough for everyone to sweep several times, if they would.
  await pause(2_000);
  expect(await t.db.reservation.count()).toBe(3);
  await Promise.all(holds.map((hold, index) => ledgers[index]?.settle(hold, makeOutcome(hold, 40n))));
  for (const hold of holds) expect(await eventOf(hold.draft.id)).toMatchObject({ status: "ok", cost_nano: 40n });
});

test("what is to be booked while the database is away is booked when it is back, however long that takes", async () => {
  const ledger = await open({ leaseMs: 400, maxCallMs: 500 });
  const holds = await Promise.all(Array.from({ length: 5 }, async () => holdOf(await ledger.reserve(request()))));
  proxy.shut();
  const settling = Promise.all(holds.map((hold) => ledger.settle(hold, makeOutcome(hold, 40n))));
  await pause(1_200);
  expect(ledger.backlog + (await t.db.reservation.count())).toBeGreaterThanOrEqual(5);
  proxy.open();
  await settling;
  for (const hold of holds) expect(await eventOf(hold.draft.id)).toMatchObject({ status: "ok", cost_nano: 40n });
});

test("a database that says nothing any more lets nobody wait for ever, and nothing is held or lost when it speaks again", async () => {
  const ledger = await open();
  const hold = holdOf(await ledger.reserve(request()));
  proxy.hush();
  await expect(ledger.reserve(request())).rejects.toThrow("timeout");
  const settling = ledger.settle(hold, makeOutcome(hold, 40n));
  await expect(ledger.reserve(request())).rejects.toThrow("timeout");
  proxy.open();
  await settling;
  const next = holdOf(await ledger.reserve(request()));
  await ledger.settle(next, makeOutcome(next, 40n));
  await eventually(async () => ((await t.db.reservation.count()) === 0 ? true : undefined));
  for (const each of [hold, next]) expect(await eventOf(each.draft.id)).toMatchObject({ status: "ok", cost_nano: 40n });
});

test("the opening sum of an account may take longer than any other statement", async () => {
  const ledger = await open();
  const fresh = await makeBudgetRef(t.db, { type: "key", id: "key_opening" }, 1_000_000n);
  const blocker = await t.pool.connect();
  await blocker.query("BEGIN");
  await blocker.query("LOCK TABLE usage_events IN ACCESS EXCLUSIVE MODE");
  const reserving = ledger.reserve({
    draft: makeDraft({ estimate_nano: 100n, key_id: "key_opening" }),
    budgets: [fresh],
  });
  await eventually(async () => {
    const { rows } = await t.pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '0.7 s'",
    );
    return rows[0];
  });
  await blocker.query("ROLLBACK");
  blocker.release();
  const hold = holdOf(await reserving);
  await ledger.settle(hold, makeOutcome(hold, 40n));
});

test("a call that is older than any may be is swept although its process lives, a younger one is not", async () => {
  const ledger = await open({ leaseMs: 60, maxCallMs: 60_000 });
  const [old, young] = [holdOf(await ledger.reserve(request())), holdOf(await ledger.reserve(request()))];
  await t.pool.query("UPDATE reservations SET created_at = now() - interval '61 seconds' WHERE id = $1", [
    old.draft.id,
  ]);
  expect(await eventually(() => eventOf(old.draft.id))).toMatchObject({ status: "unknown", cost_nano: 100n });
  await ledger.settle(young, makeOutcome(young, 40n));
  expect(await eventOf(young.draft.id)).toMatchObject({ status: "ok", cost_nano: 40n });
});

test("closing gives the lease back, and does not depend on a database that answers", async () => {
  const processId = newId("process");
  const ledger = await open({ processId });
  await ledger.close();
  expect(await leaseOf(processId)).toBeUndefined();
  const cut = await open();
  proxy.shut();
  await cut.close();
});
