/** Two processes, one database: what a budget has room for is admitted, exactly, and crossing a threshold is told once. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { auditBooks, countDeadlocks } from "@/lib/testing/books";
import { billEverything, billInFull, callChat, countAnswers } from "@/lib/testing/calls";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeKey, makeTeam } from "@/lib/testing/factories";
import { makeBudget, makeModel } from "@/lib/testing/gateway";
import { type GatewayProcess, startGatewayProcess } from "@/lib/testing/gateway-process";
import { type ScriptedUpstream, startUpstream } from "@/lib/testing/scripted-upstream";
import { wait } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();
let upstream: ScriptedUpstream;
let processes: GatewayProcess[];

beforeAll(async () => {
  upstream = await startUpstream();
  processes = await Promise.all([startGatewayProcess(), startGatewayProcess()]);
});
afterAll(async () => {
  await Promise.all(processes.map((process) => process.stop()));
  await upstream.close();
  expect(processes.map((process) => process.stderr())).toEqual(["", ""]);
  expect(await countDeadlocks(t.pool)).toBe(0);
});
afterEach(async () => {
  expect(await auditBooks(t.pool)).toEqual({});
});

/** An organisation of its own with a budget and a key; every call costs what it holds, one cent. */
async function makeCaller(limitUsd: string, fields: { hard?: boolean; thresholds?: number[] } = {}) {
  const team = await makeTeam(t.db);
  const { secret } = await makeKey(t.db, { type: "team", team_id: team.id });
  const { model } = await makeModel(t.db, upstream.url, { price: { input: "0", output: "1000" } });
  const budget = await makeBudget(t.db, { type: "team", id: team.id }, limitUsd, { thresholds: [], ...fields });
  await Promise.all(processes.map((process) => process.refresh()));
  const call = (index: number) =>
    callChat(processes[index % 2]?.url ?? "", secret, { model: model.name, maxTokens: 10 });
  return { budget, call };
}

const accountOf = (budgetId: string) => t.db.budgetPeriod.findFirstOrThrow({ where: { budget_id: budgetId } });
const settled = (budgetId: string) =>
  eventually(async () => {
    const account = await accountOf(budgetId);
    return account.held_nano === 0n ? account : undefined;
  });

describe("a budget with room for exactly 50 of 100 parallel calls", () => {
  test("admits exactly 50 while none of them has ended, 20 times", { timeout: 120_000 }, async () => {
    for (let round = 0; round < 20; round++) {
      const { budget, call } = await makeCaller("0.5");
      const gate = upstream.gate();
      upstream.respondWith(({ body }) => [wait(gate), ...billInFull(body)]);
      const before = upstream.requests.length;
      const answers = Array.from({ length: 100 }, (_, index) => call(index));
      // The refused ones are answered while the admitted ones are still held at the provider.
      const refused = new Set<number>();
      answers.forEach((answer, index) => void answer.then(() => refused.add(index)));
      await eventually(async () => (refused.size === 50 ? true : undefined));
      expect(await accountOf(budget.id)).toMatchObject({ spent_nano: 0n, held_nano: 500_000_000n });
      gate.open();
      expect(countAnswers(await Promise.all(answers))).toEqual({ 200: 50, budget_busy: 50 });
      expect(upstream.requests.length - before).toBe(50);
      expect(await settled(budget.id)).toMatchObject({ spent_nano: 500_000_000n });
      expect(countAnswers([await call(0)])).toEqual({ budget_exceeded: 1 });
    }
  });

  test("admits exactly 50 while they end as they may, 20 times", { timeout: 120_000 }, async () => {
    billEverything(upstream);
    for (let round = 0; round < 20; round++) {
      const { budget, call } = await makeCaller("0.5");
      const before = upstream.requests.length;
      const counts = countAnswers(await Promise.all(Array.from({ length: 100 }, (_, index) => call(index))));
      expect(counts["200"]).toBe(50);
      expect((counts.budget_busy ?? 0) + (counts.budget_exceeded ?? 0)).toBe(50);
      expect(upstream.requests.length - before).toBe(50);
      expect(await settled(budget.id)).toMatchObject({ spent_nano: 500_000_000n });
    }
  });
});

describe("100 parallel calls over two processes that cross thresholds", () => {
  test("give one alert, one message and one delivery job for each, 5 times", { timeout: 60_000 }, async () => {
    billEverything(upstream);
    for (let round = 0; round < 5; round++) {
      const { budget, call } = await makeCaller("1", { thresholds: [50, 75, 90, 100] });
      expect(countAnswers(await Promise.all(Array.from({ length: 100 }, (_, index) => call(index))))).toEqual({
        200: 100,
      });
      await settled(budget.id);
      const alerts = await t.db.alert.findMany({ where: { budget_id: budget.id }, orderBy: { threshold: "asc" } });
      expect(alerts.map(({ threshold }) => threshold)).toEqual([50, 75, 90, 100]);
      const ids = alerts.map(({ message_id }) => message_id);
      const messages = await t.db.message.findMany({ where: { id: { in: ids } } });
      expect(new Set(messages.map(({ id }) => id))).toEqual(new Set(ids));
      expect(messages.map(({ type }) => type).sort()).toEqual([
        "budget.exceeded",
        "budget.threshold_reached",
        "budget.threshold_reached",
        "budget.threshold_reached",
      ]);
      const { rows } = await t.pool.query(
        "SELECT payload->>'message_id' AS id FROM jobs WHERE payload->>'message_id' = ANY($1)",
        [ids],
      );
      expect(rows.map(({ id }) => id).sort()).toEqual([...ids].sort());
    }
  });

  test("give none again to a process that has just started", async () => {
    billEverything(upstream);
    const { budget, call } = await makeCaller("1", { hard: false, thresholds: [50, 100] });
    await Promise.all(Array.from({ length: 60 }, (_, index) => call(index)));
    await settled(budget.id);
    await processes[0]?.stop();
    processes[0] = await startGatewayProcess();
    await Promise.all(Array.from({ length: 20 }, (_, index) => call(index)));
    await settled(budget.id);
    expect(await t.db.alert.count({ where: { budget_id: budget.id } })).toBe(1);
    await Promise.all(Array.from({ length: 60 }, (_, index) => call(index)));
    await settled(budget.id);
    expect(await t.db.alert.count({ where: { budget_id: budget.id } })).toBe(2);
  });
});
