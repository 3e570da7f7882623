/** Connections that break while they commit: whether a hold or a booking was written is then open, and must not stay so. */
import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPool } from "@/lib/db/pool";
import { newId } from "@/lib/ids";
import { auditBooks } from "@/lib/testing/books";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { holdOf, makeBudgetRef, makeDraft, makeOutcome, openLedger } from "@/lib/testing/ledger";
import { type CommitFault, type PostgresProxy, startPostgresProxy } from "@/lib/testing/postgres-proxy";
import { seededRandom } from "@/lib/testing/random";
import type { BudgetRef } from "../directory/types";
import type { PostgresLedger } from "./postgres";

const t = openTestDatabase();
let proxy: PostgresProxy;
let pool: pg.Pool;
let ledger: PostgresLedger;
let budget: BudgetRef;
let keyId: string;

beforeAll(async () => {
  proxy = await startPostgresProxy(t.url);
});
afterAll(() => proxy.close());
beforeEach(async () => {
  pool = createPool(proxy.url, { applicationName: "doubtful" });
  ledger = await openLedger(pool);
  keyId = newId("key");
  budget = await makeBudgetRef(t.db, { type: "key", id: keyId }, 1_000_000n);
});
afterEach(async () => {
  await ledger.close();
  await pool.end();
  expect(await auditBooks(t.pool)).toEqual({});
});

const request = (estimate_nano = 100n) => ({ draft: makeDraft({ estimate_nano, key_id: keyId }), budgets: [budget] });
const account = async () => {
  const { rows } = await t.pool.query("SELECT spent_nano, held_nano FROM budget_periods WHERE budget_id = $1", [
    budget.id,
  ]);
  return rows[0];
};
const openCalls = async () => {
  const { rows } = await t.pool.query("SELECT id FROM reservations");
  return rows.length;
};
const failNextCommits = (...coming: CommitFault[]) => proxy.onCommit(() => coming.shift());
const eventsOf = (id: string) => t.db.usageEvent.count({ where: { id } });

const faults: [string, CommitFault][] = [
  ["its answer is lost", "answer_lost"],
  ["it never arrives", "never_arrives"],
  ["it arrives after its connection was given up", { arrivesAfterMs: 400 }],
];

describe.each(faults)("a commit of which %s", (_name, fault) => {
  test("when holding: the caller is refused, and no hold is left behind", async () => {
    failNextCommits(fault);
    await expect(ledger.reserve(request())).rejects.toThrow();
    if (typeof fault === "object") await eventually(async () => ((await openCalls()) === 1 ? true : undefined));
    await eventually(async () => ((await openCalls()) === 0 ? true : undefined));
    expect(await account()).toEqual({ spent_nano: 0n, held_nano: 0n });
    const hold = holdOf(await ledger.reserve(request()));
    await ledger.settle(hold, makeOutcome(hold, 70n));
    expect(await t.db.usageEvent.findMany({ where: { key_id: keyId }, select: { id: true } })).toEqual([
      { id: hold.draft.id },
    ]);
  });

  test("when booking: the call is booked once", async () => {
    const hold = holdOf(await ledger.reserve(request()));
    failNextCommits(fault, fault);
    await ledger.settle(hold, makeOutcome(hold, 70n));
    expect([await eventsOf(hold.draft.id), await openCalls(), await account()]).toEqual([
      1,
      0,
      { spent_nano: 70n, held_nano: 0n },
    ]);
  });
});

test("under load, with commits that fail and backends that are killed, every admitted call is booked once and nothing else", async () => {
  const seed = Math.floor(Math.random() * 1e9);
  const random = seededRandom(seed);
  const soft = await makeBudgetRef(t.db, { type: "key", id: keyId }, 1n, { hard: false, period: "daily" });
  const before = proxy.failed;
  proxy.onCommit(() => (random() < 0.2 ? faults[Math.floor(random() * 3)]?.[1] : undefined));
  let isRunning = true;
  const killBackends = async () => {
    while (isRunning) {
      await new Promise((resolve) => setTimeout(resolve, 20 + random() * 60));
      await t.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'doubtful' ORDER BY random() LIMIT 1`,
      );
    }
  };
  const admitted: string[] = [];
  let refused = 0;
  const call = async () => {
    const result = await ledger.reserve({ ...request(100n), budgets: [budget, soft] }).catch(() => null);
    if (!result) {
      refused += 1;
      return;
    }
    const hold = holdOf(result);
    await new Promise((resolve) => setTimeout(resolve, random() * 10));
    await ledger.settle(hold, makeOutcome(hold, BigInt(Math.floor(random() * 100))));
    admitted.push(hold.draft.id);
  };
  const killing = killBackends();
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let index = 0; index < 30; index++) await call();
    }),
  );
  isRunning = false;
  await killing;
  proxy.onCommit(() => undefined);
  await eventually(async () => ((await openCalls()) === 0 ? true : undefined));
  const events = await t.db.usageEvent.findMany({ where: { key_id: keyId }, select: { id: true } });
  expect(events.map(({ id }) => id).sort(), `seed ${seed}`).toEqual([...admitted].sort());
  expect((await account())?.held_nano, `seed ${seed}`).toBe(0n);
  expect(proxy.failed - before).toBeGreaterThan(5);
  expect(refused).toBeGreaterThan(0);
});
