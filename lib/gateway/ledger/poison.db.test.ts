/** Rows that no database takes, among many that it does: they reach their own caller only, and are never lost in silence. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "@/lib/ids";
import { auditBooks } from "@/lib/testing/books";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { holdOf, makeBudgetRef, makeDraft, makeOutcome, openLedger } from "@/lib/testing/ledger";
import type { UsageEventRow } from "../meter/event";
import type { PostgresLedger } from "./postgres";
import type { ReserveRequest, UsageDraft } from "./types";

const t = openTestDatabase();
const tooMuch = 2n ** 63n;
let ledger: PostgresLedger;

beforeAll(async () => {
  ledger = await openLedger(t.pool);
});
afterAll(async () => {
  await ledger.close();
  expect(await auditBooks(t.pool)).toEqual({});
});

async function makeBudget() {
  const keyId = newId("key");
  // Soft: the decision must not be what keeps an impossible amount out.
  const budget = await makeBudgetRef(t.db, { type: "key", id: keyId }, 1_000n, { hard: false });
  const request = (fields: Partial<UsageDraft> = {}): ReserveRequest => ({
    draft: makeDraft({ estimate_nano: 10n, key_id: keyId, ...fields }),
    budgets: [budget],
  });
  const account = () => t.db.budgetPeriod.findFirstOrThrow({ where: { budget_id: budget.id } });
  return { keyId, request, account };
}

test.each<[string, Partial<UsageDraft>]>([
  ["a zero byte in the client's name", { client: "agent\0smith" }],
  ["half a character in a tag", { tags: ["\ud800"] }],
  ["an estimate beyond what a column holds", { estimate_nano: tooMuch }],
])("%s keeps one call from being held, not the 40 that came with it", async (_name, fields) => {
  const { request, account } = await makeBudget();
  const results = await Promise.allSettled(
    Array.from({ length: 41 }, (_, index) => ledger.reserve(request(index === 17 ? fields : {}))),
  );
  expect(results.flatMap(({ status }, index) => (status === "rejected" ? [index] : []))).toEqual([17]);
  expect(await account()).toMatchObject({ held_nano: 400n });
  for (const result of results) {
    if (result.status === "fulfilled") await ledger.settle(holdOf(result.value), makeOutcome(holdOf(result.value), 7n));
  }
  expect(await account()).toMatchObject({ held_nano: 0n, spent_nano: 280n });
});

test.each<[string, Partial<UsageEventRow>]>([
  ["a cost beyond what a column holds", { cost_nano: tooMuch }],
  ["more tokens than a column holds", { prompt_tokens: 2 ** 31 }],
  ["a fraction of a token", { completion_tokens: 1.5 }],
  ["a negative cost", { cost_nano: -1n }],
  ["a zero byte in the client's name", { client: "\0" }],
  ["an end that is no time", { finished_at: new Date(Number.NaN) }],
])("%s keeps one call from being booked, not the 40 that came with it; it stays held", async (_name, fields) => {
  const { keyId, request, account } = await makeBudget();
  const holds = await Promise.all(Array.from({ length: 41 }, async () => holdOf(await ledger.reserve(request()))));
  const results = await Promise.allSettled(
    holds.map((hold, index) => ledger.settle(hold, makeOutcome(hold, 7n, index === 17 ? fields : {}))),
  );
  expect(results.flatMap(({ status }, index) => (status === "rejected" ? [index] : []))).toEqual([17]);
  expect(await t.db.usageEvent.count({ where: { key_id: keyId } })).toBe(40);
  expect(await account()).toMatchObject({ held_nano: 10n, spent_nano: 280n });
  // The sweep takes it as a call whose outcome nobody knows.
  const sweeper = await openLedger(t.pool, { leaseMs: 40, maxCallMs: 0 });
  const id = holds[17]?.draft.id ?? "";
  const event = await eventually(() => t.db.usageEvent.findUnique({ where: { id } }));
  await sweeper.close();
  expect(event).toMatchObject({ status: "unknown", error_code: "process_lost", cost_nano: 10n, cost_source: "hold" });
  expect(await account()).toMatchObject({ held_nano: 0n, spent_nano: 290n });
});

test("a lost call that cannot be booked does not keep the sweep from the others, and stays held", async () => {
  const { keyId, request, account } = await makeBudget();
  const holds = await Promise.all(Array.from({ length: 30 }, async () => holdOf(await ledger.reserve(request()))));
  const poisoned = [0, 13, 29].map((index) => holds[index]?.draft.id ?? "");
  await t.pool.query(`UPDATE reservations SET draft = draft || '{"model": null}' WHERE id = ANY($1)`, [poisoned]);
  await t.pool.query("UPDATE reservations SET process_id = 'proc_gone' WHERE id = ANY($1)", [
    holds.map(({ draft }) => draft.id),
  ]);
  const sweeper = await openLedger(t.pool, { leaseMs: 40 });
  await eventually(async () => ((await t.db.usageEvent.count({ where: { key_id: keyId } })) === 27 ? true : undefined));
  const more = holdOf(await ledger.reserve(request()));
  await t.pool.query("UPDATE reservations SET process_id = 'proc_gone' WHERE id = $1", [more.draft.id]);
  await eventually(() => t.db.usageEvent.findUnique({ where: { id: more.draft.id } }));
  expect(await t.db.reservation.findMany({ where: { id: { in: poisoned } } })).toHaveLength(3);
  expect(await account()).toMatchObject({ held_nano: 30n, spent_nano: 280n });
  // Once what was wrong with them is mended, another process books them.
  await t.pool.query(`UPDATE reservations SET draft = draft || '{"model": "m"}' WHERE id = ANY($1)`, [poisoned]);
  const another = await openLedger(t.pool, { leaseMs: 40 });
  await eventually(async () => ((await t.db.reservation.count()) === 0 ? true : undefined));
  await Promise.all([sweeper.close(), another.close()]);
  expect(await account()).toMatchObject({ held_nano: 0n, spent_nano: 310n });
});

test("a call that was lost longer ago than a latency can tell is swept all the same", async () => {
  const { request } = await makeBudget();
  const hold = holdOf(await ledger.reserve(request({ started_at: new Date(Date.now() - 40 * 86_400_000) })));
  await t.pool.query("UPDATE reservations SET process_id = 'proc_gone' WHERE id = $1", [hold.draft.id]);
  const sweeper = await openLedger(t.pool, { leaseMs: 40 });
  const event = await eventually(() => t.db.usageEvent.findUnique({ where: { id: hold.draft.id } }));
  await sweeper.close();
  expect(event).toMatchObject({ status: "unknown", latency_ms: 2_147_483_647 });
});
