/** Two processes on one database: what one is told holds at the other, and one that was stopped charges nothing twice when it wakes. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditBooks } from "@/lib/testing/books";
import { billEverything, billInFull, callChat, countAnswers } from "@/lib/testing/calls";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeKey, makeTeam } from "@/lib/testing/factories";
import { makeBudget, makeModel } from "@/lib/testing/gateway";
import { type GatewayProcess, startGatewayProcess } from "@/lib/testing/gateway-process";
import { answerInEveryWay, startMixedLoad } from "@/lib/testing/mixed-load";
import { seededRandom } from "@/lib/testing/random";
import { type ScriptedUpstream, startUpstream } from "@/lib/testing/scripted-upstream";
import { wait } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();
const leaseMs = 1_000;
let upstream: ScriptedUpstream;
let processes: [GatewayProcess, GatewayProcess];

beforeAll(async () => {
  upstream = await startUpstream();
  processes = await Promise.all([startGatewayProcess({ leaseMs }), startGatewayProcess({ leaseMs })]);
});
afterAll(async () => {
  await Promise.all(processes.map((process) => process.stop()));
  await upstream.close();
  expect(await auditBooks(t.pool)).toEqual({});
});

async function statusOf(process: GatewayProcess, secret: string): Promise<number> {
  const response = await fetch(`${process.url}/models`, { headers: { authorization: `Bearer ${secret}` } });
  await response.arrayBuffer();
  return response.status;
}

const killListeners = () =>
  t.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pllm-directory'",
  );

test("a revoked key is refused by both within a second, 100 times, also while nobody hears notices", {
  timeout: 120_000,
}, async () => {
  const lags: number[] = [];
  for (let round = 0; round < 100; round++) {
    const { key, secret } = await makeKey(t.db);
    expect(await Promise.all(processes.map((process) => statusOf(process, secret)))).toEqual([200, 200]);
    if (round % 10 === 9) await killListeners();
    await t.db.key.update({ where: { id: key.id }, data: { revoked_at: new Date() } });
    const revokedAtMs = performance.now();
    const lag = async (process: GatewayProcess) => {
      await eventually(async () => ((await statusOf(process, secret)) === 401 ? true : undefined));
      return performance.now() - revokedAtMs;
    };
    lags.push(...(await Promise.all(processes.map(lag))));
  }
  expect(lags).toHaveLength(200);
  expect(Math.max(...lags)).toBeLessThan(1_000);
});

async function makeCaller() {
  const team = await makeTeam(t.db);
  const { key, secret } = await makeKey(t.db, { type: "team", team_id: team.id });
  await makeBudget(t.db, { type: "team", id: team.id }, "1000");
  const { model } = await makeModel(t.db, upstream.url, { price: { input: "0", output: "1000" } });
  await Promise.all(processes.map((process) => process.refresh()));
  const eventsOf = () => t.db.usageEvent.findMany({ where: { key_id: key.id }, orderBy: { id: "asc" } });
  return { secret, model: model.name, eventsOf };
}

test("a process that was stopped for longer than its lease charges nothing twice, and what it takes on afterwards is left to it", async () => {
  const [sleeper] = processes;
  const { secret, model, eventsOf } = await makeCaller();
  const [early, late] = [upstream.gate(), upstream.gate()];
  const asked = upstream.requests.length;
  upstream.respondWith(({ body }) => [
    wait(upstream.requests.length <= asked + 10 ? early : late),
    ...billInFull(body),
  ]);
  const call = () => callChat(sleeper.url, secret, { model, maxTokens: 10 });
  const before = Array.from({ length: 10 }, call);
  await upstream.waitForRequests(asked + 10);
  sleeper.signal("SIGSTOP");
  // They wait in its socket until it wakes up, with a lease that is over.
  const meanwhile = Array.from({ length: 10 }, call);
  await eventually(async () => ((await eventsOf()).length === 10 ? true : undefined));
  early.open();
  sleeper.signal("SIGCONT");
  expect(countAnswers(await Promise.all(before))).toEqual({ 200: 10 });
  await upstream.waitForRequests(asked + 20);
  // Long enough for the other one to sweep several times.
  await delay(3 * leaseMs);
  late.open();
  expect(countAnswers(await Promise.all(meanwhile))).toEqual({ 200: 10 });
  await eventually(async () => ((await t.db.reservation.count()) === 0 ? true : undefined));
  const events = await eventsOf();
  expect(events.map(({ status, cost_source, cost_nano }) => [status, cost_source, cost_nano])).toEqual([
    ...before.map(() => ["unknown", "hold", 10_000_000n]),
    ...meanwhile.map(() => ["ok", "usage", 10_000_000n]),
  ]);
});

test("processes stopped at random moments under load book each call once", { timeout: 60_000 }, async () => {
  const seed = Math.floor(Math.random() * 1e9);
  const random = seededRandom(seed);
  const { secret, model, eventsOf } = await makeCaller();
  const tally = answerInEveryWay(upstream, random);
  const load = startMixedLoad(20, random, () => processes.map(({ url }) => url), [{ secret, models: [model] }]);
  for (let stop = 0; stop < 6; stop++) {
    await delay(200 + random() * 300);
    const process = processes[stop % 2];
    process?.signal("SIGSTOP");
    await delay(leaseMs * (0.5 + 1.5 * random()));
    process?.signal("SIGCONT");
  }
  await load.stop();
  await eventually(async () => ((await t.db.reservation.count()) === 0 ? true : undefined), 20_000);
  const ids = (await eventsOf()).map(({ request_id }) => request_id);
  expect(new Set(ids).size, `seed ${seed}`).toBe(ids.length);
  expect(
    [...tally.seen.keys()].filter((id) => !ids.includes(id)),
    `seed ${seed}`,
  ).toEqual([]);
  expect(
    [...load.answers].filter(([id, { status }]) => status === 200 && !ids.includes(id)),
    `seed ${seed}`,
  ).toEqual([]);
  billEverything(upstream);
});
