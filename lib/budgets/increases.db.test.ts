import { beforeEach, describe, expect, test } from "vitest";
import { type Context, systemContext, withTransaction } from "@/lib/context";
import type { Budget } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";
import { startJobRunner } from "@/lib/jobs/runner";
import { formatUsd, parseUsd } from "@/lib/money";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeTeam, makeUser } from "@/lib/testing/factories";
import { createFakeClock, type FakeClock } from "@/lib/testing/fake-clock";
import { makeBudget } from "@/lib/testing/ledger-rows";
import { seededRandom } from "@/lib/testing/random";
import { endIncrease, raiseBudget } from "./increases";
import { endIncreases } from "./jobs";
import { deleteBudget, getBudget, holdBudget, updateBudget } from "./service";

const t = openTestDatabase();
const hourMs = 3_600_000;
let clock: FakeClock;
let budget: Budget;
const ctx = (): Context => systemContext(t.db, "test", clock);

beforeEach(async () => {
  clock = createFakeClock();
  await t.db.job.deleteMany();
  const team = await makeTeam(t.db);
  budget = await makeBudget(t.db, { type: "team", id: team.id }, { limit_nano: parseUsd("10") });
});

/** An increase of this budget by `amount` USD for so many hours, on a request of its own. */
async function raise(amount: string, hours: number): Promise<string> {
  const requestId = newId("budgetRequest");
  const amount_nano = parseUsd(amount);
  const user_id = (await makeUser(t.db)).id;
  await t.db.budgetRequest.create({ data: { id: requestId, budget_id: budget.id, user_id, amount_nano, reason: "x" } });
  const until = new Date(clock.now() + hours * hourMs);
  return withTransaction(ctx(), async (tx) => {
    const held = await holdBudget(tx, budget.id);
    return (await raiseBudget(tx, held, { amountNano: amount_nano, until, requestId })).id;
  });
}

const setLimit = (limit_usd: string) => updateBudget(ctx(), budget.id, { limit_usd }, null);
const limitNow = async () => formatUsd((await t.db.budget.findUniqueOrThrow({ where: { id: budget.id } })).limit_nano);
const shown = async () => {
  const { limit_usd, effective_limit_usd, increases } = await getBudget(ctx(), budget.id);
  return { limit_usd, effective_limit_usd, amounts: increases.map((increase) => increase.amount_usd) };
};
const endingsOf = () =>
  t.db.auditEntry.findMany({
    where: { action: "budget.increase_ended", target_id: budget.id },
    orderBy: { seq: "asc" },
  });

/** Runs due jobs as this many servers would, until none is due. */
async function runDue(servers = 1): Promise<void> {
  const runners = Array.from({ length: servers }, () =>
    startJobRunner({ db: t.db, jobs: [endIncreases], clock, pollMs: 5, random: () => 0 }),
  );
  await eventually(async () => {
    const due = await t.db.job.count({ where: { failed_at: null, run_at: { lte: new Date(clock.now()) } } });
    return due === 0 || undefined;
  });
  await Promise.all(runners.map((runner) => runner.stop()));
}

describe("an increase ends", () => {
  test("at its end and not a moment before, by itself, with an entry that says so", async () => {
    const id = await raise("5", 1);
    clock.advance(hourMs - 1);
    expect(await endIncrease(ctx(), id)).toEqual(new Date(clock.now() + 1));
    await runDue();
    expect(await shown()).toEqual({ limit_usd: "10.00", effective_limit_usd: "15.00", amounts: ["5.00"] });
    clock.advance(1);
    await runDue();
    expect(await shown()).toEqual({ limit_usd: "10.00", effective_limit_usd: "10.00", amounts: [] });
    expect(await t.db.budgetIncrease.findUnique({ where: { id } })).toMatchObject({ ended_at: new Date(clock.now()) });
    expect(await endingsOf()).toMatchObject([
      {
        actor_type: "system",
        before: { effective_limit_usd: "15.00" },
        after: { effective_limit_usd: "10.00" },
        details: { increase_id: id },
      },
    ]);
    expect(await t.db.job.count()).toBe(0);
  });

  test("late and just as exactly where no server ran, and once however many start", async () => {
    await raise("5.000000001", 1);
    clock.advance(72 * hourMs);
    expect(await limitNow()).toBe("15.000000001");
    await runDue(3);
    expect(await limitNow()).toBe("10.00");
    expect(await endingsOf()).toHaveLength(1);
  });

  test("once, also where several try at the same moment or the job runs again", async () => {
    const id = await raise("5", 1);
    clock.advance(hourMs);
    await Promise.all(Array.from({ length: 5 }, () => endIncrease(ctx(), id)));
    expect(await endIncrease(ctx(), id)).toBeNull();
    expect(await limitNow()).toBe("10.00");
    expect(await endingsOf()).toHaveLength(1);
  });

  test("each of two that overlap at its own time", async () => {
    await raise("3", 2);
    await raise("5", 1);
    expect(await shown()).toEqual({ limit_usd: "10.00", effective_limit_usd: "18.00", amounts: ["5.00", "3.00"] });
    clock.advance(hourMs);
    await runDue();
    expect(await shown()).toEqual({ limit_usd: "10.00", effective_limit_usd: "13.00", amounts: ["3.00"] });
    clock.advance(hourMs);
    await runDue();
    expect(await limitNow()).toBe("10.00");
  });

  test("in a later period, where it reaches into one: the limit of the new period is raised until then", async () => {
    clock.set("2026-11-30T23:00:00Z");
    await raise("5", 2);
    clock.set("2026-12-01T00:30:00Z");
    await runDue();
    const { current, effective_limit_usd } = await getBudget(ctx(), budget.id);
    expect(current.period_start).toEqual(new Date("2026-12-01T00:00:00Z"));
    expect([effective_limit_usd, current.remaining_usd]).toEqual(["15.00", "15.00"]);
    clock.set("2026-12-01T01:00:00Z");
    await runDue();
    expect(await limitNow()).toBe("10.00");
  });

  test("without a word where its budget is gone", async () => {
    const id = await raise("5", 1);
    await deleteBudget(ctx(), budget.id);
    expect(await t.db.budgetIncrease.count({ where: { id } })).toBe(0);
    clock.advance(hourMs);
    await runDue();
    expect(await t.db.job.count()).toBe(0);
    const [entry] = await t.db.auditEntry.findMany({ where: { action: "budget.deleted", target_id: budget.id } });
    expect(entry?.before).toMatchObject({ limit_usd: "10.00" });
  });

  test("also after its request is gone with the person who asked", async () => {
    const id = await raise("5", 1);
    await t.db.budgetRequest.deleteMany({ where: { budget_id: budget.id } });
    expect((await getBudget(ctx(), budget.id)).increases).toMatchObject([{ id, request_id: null }]);
    clock.advance(hourMs);
    await runDue();
    expect(await limitNow()).toBe("10.00");
  });
});

describe("a limit that is set meanwhile", () => {
  test.each([
    ["20", "25.00", "20.00"],
    ["0.5", "5.50", "0.50"],
    ["0", "5.00", "0.00"],
  ])("to %s stands under the increase, and alone after it", async (limit, during, after) => {
    await raise("5", 1);
    const { limit_usd, effective_limit_usd } = await setLimit(limit);
    expect([limit_usd, effective_limit_usd]).toEqual([after, during]);
    expect(await limitNow()).toBe(during);
    clock.advance(hourMs);
    await runDue();
    expect(await shown()).toEqual({ limit_usd: after, effective_limit_usd: after, amounts: [] });
  });

  test("is read and written back without a change, and is audited as it was set", async () => {
    await raise("5", 1);
    await setLimit((await getBudget(ctx(), budget.id)).limit_usd as string);
    expect(await limitNow()).toBe("15.00");
    await setLimit("20");
    const entries = await t.db.auditEntry.findMany({ where: { action: "budget.updated", target_id: budget.id } });
    expect(entries.at(-1)).toMatchObject({ before: { limit_usd: "10.00" }, after: { limit_usd: "20.00" } });
  });

  test("may with its increases be as much as an amount may, and no more", async () => {
    await raise("5", 1);
    const refused = setLimit("9223372036");
    await expect(refused).rejects.toMatchObject({ fields: [{ path: "limit_usd" }] });
    expect(await limitNow()).toBe("15.00");
    await setLimit("9223372031.854775807");
    await expect(raise("0.000000001", 1)).rejects.toMatchObject({ fields: [{ path: "amount_usd" }] });
  });

  test("was set for another version of the budget than the raised one", async () => {
    const { version } = await getBudget(ctx(), budget.id);
    await raise("5", 1);
    await expect(updateBudget(ctx(), budget.id, { limit_usd: "11" }, version)).rejects.toMatchObject({
      code: "precondition_failed",
    });
  });

  test("any number of times while increases begin and end is, once all have ended, the limit that was set last", async () => {
    const random = seededRandom(7);
    const ids: string[] = [];
    for (let round = 0; round < 6; round++) {
      const begun = Array.from({ length: 3 }, async () => ids.push(await raise(`${Math.ceil(random() * 9)}`, 0)));
      const ended = ids.map((id) => endIncrease(ctx(), id));
      const set = [1, 2].map(() => setLimit(`${Math.ceil(random() * 99)}`));
      await Promise.all([...begun, ...ended, ...set]);
      const { limit_usd, effective_limit_usd, amounts } = await shown();
      const sum = amounts.reduce((total, amount) => total + parseUsd(amount as string), parseUsd(limit_usd as string));
      expect(formatUsd(sum)).toBe(effective_limit_usd);
    }
    await runDue();
    const entries = await t.db.auditEntry.findMany({
      where: { action: "budget.updated", target_id: budget.id },
      orderBy: { seq: "asc" },
    });
    expect(entries.at(-1)).toMatchObject({ after: { limit_usd: await limitNow() } });
    expect(await endingsOf()).toHaveLength(ids.length);
  });
});
