/**
 * Processes and the database killed at random moments under load. What the provider did is booked once, whatever died. A failure names
 * its seed; CRASH_SEED runs it again.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { afterEach, expect, test } from "vitest";
import { startEmbeddedPostgres } from "@/lib/boot/embedded-postgres";
import { createClient, type Db } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { createPool } from "@/lib/db/pool";
import { auditBooks } from "@/lib/testing/books";
import { cloneDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeBudget, makeModel } from "@/lib/testing/gateway";
import { type GatewayProcess, startGatewayProcess } from "@/lib/testing/gateway-process";
import { answerInEveryWay, type MixedCaller, startMixedLoad, type Tally } from "@/lib/testing/mixed-load";
import { seededRandom } from "@/lib/testing/random";
import { startUpstream } from "@/lib/testing/scripted-upstream";

const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 1e9));
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function openDatabase(url: string): Promise<{ db: Db; pool: pg.Pool }> {
  const [db, pool] = [createClient(url), createPool(url)];
  cleanups.push(
    () => pool.end(),
    () => db.$disconnect(),
  );
  return { db, pool };
}

async function openUpstream() {
  const upstream = await startUpstream();
  cleanups.push(() => upstream.close());
  return upstream;
}

async function openProcess(databaseUrl: string, leaseMs: number): Promise<GatewayProcess> {
  const started = await startGatewayProcess({ databaseUrl, leaseMs });
  cleanups.push(() => started.stop());
  return started;
}

/** Two people of one organisation, with budgets on every level that never bind. */
async function makeCallers(db: Db, upstreamUrl: string): Promise<MixedCaller[]> {
  const organisation = await makeTeam(db);
  const team = await makeTeam(db, { parent_id: organisation.id });
  const models = [
    await makeModel(db, upstreamUrl),
    await makeModel(db, upstreamUrl, { price: { input: "3", output: "15" } }),
  ];
  const callers: MixedCaller[] = [];
  for (const name of ["a", "b"]) {
    const user = await makeUser(db, { name });
    await makeMember(db, team, user);
    const { key, secret } = await makeKey(db, { user_id: user.id, team_id: team.id });
    const scopes = [
      { type: "key", id: key.id },
      { type: "member", id: `${team.id}/${user.id}` },
      { type: "user", id: user.id },
    ];
    for (const scope of scopes) await makeBudget(db, scope, "1000", { period: "monthly" });
    callers.push({ secret, models: models.map(({ model }) => model.name) });
  }
  for (const { id } of [team, organisation]) await makeBudget(db, { type: "team", id }, "1000", { period: "daily" });
  return callers;
}

interface EventRow {
  request_id: string;
  status: string;
  error_code: string | null;
  count: bigint;
}

/** What holds once no call is open: the provider's tally is booked, each call once, and the books are right. */
async function expectNothingLost(pool: pg.Pool, tally: Tally): Promise<EventRow[]> {
  await eventually(async () => {
    const { rows } = await pool.query<{ count: bigint }>("SELECT count(*) AS count FROM reservations");
    return rows[0]?.count === 0n ? true : undefined;
  }, 20_000);
  const { rows } = await pool.query<EventRow>(
    "SELECT request_id, min(status) AS status, min(error_code) AS error_code, count(*) AS count FROM usage_events GROUP BY 1",
  );
  const booked = new Map(rows.map((row) => [row.request_id, row]));
  expect(
    rows.filter(({ count }) => count !== 1n),
    `booked twice, seed ${seed}`,
  ).toEqual([]);
  expect(
    [...tally.finished].filter((id) => !booked.has(id)),
    `finished but not booked, seed ${seed}`,
  ).toEqual([]);
  expect(
    [...tally.seen.keys()].filter((id) => !booked.has(id)),
    `asked but not booked, seed ${seed}`,
  ).toEqual([]);
  expect(
    [...tally.seen].filter(([, times]) => times !== 1),
    `asked twice, seed ${seed}`,
  ).toEqual([]);
  // A call whose process died between its hold and its sending is booked too, and says that nobody knows.
  const unasked = rows.filter(({ request_id, status }) => !tally.seen.has(request_id) && status !== "aborted");
  expect(
    unasked.filter(({ error_code }) => error_code !== "process_lost"),
    `booked but not asked, seed ${seed}`,
  ).toEqual([]);
  expect(await auditBooks(pool), `seed ${seed}`).toEqual({});
  return rows;
}

test("20 processes killed at random moments lose nothing, charge nothing twice and leave no hold", {
  timeout: 180_000,
}, async () => {
  const random = seededRandom(seed);
  const clone = await cloneDatabase();
  cleanups.push(clone.drop);
  const { db, pool } = await openDatabase(clone.url);
  const upstream = await openUpstream();
  const tally = answerInEveryWay(upstream, random);
  const callers = await makeCallers(db, upstream.url);
  const survivor = await openProcess(clone.url, 1_000);
  let killed = 0;
  let alive: GatewayProcess[] = [];
  const startFive = () => Promise.all(Array.from({ length: 5 }, () => openProcess(clone.url, 1_000)));
  let next = startFive();
  const load = startMixedLoad(30, random, () => [survivor, ...alive].map(({ url }) => url), callers);
  for (let round = 0; round < 4; round++) {
    alive = await next;
    if (round < 3) next = startFive();
    const victims = [...alive];
    await Promise.all(
      victims.map(async (victim) => {
        await delay(50 + random() * 1_500);
        victim.signal("SIGKILL");
        alive = alive.filter((other) => other !== victim);
        expect(await victim.exited).toBe("SIGKILL");
        killed += 1;
      }),
    );
  }
  await load.stop();
  const events = await expectNothingLost(pool, tally);
  expect(killed).toBe(20);
  // The kills did hit calls, and the load was real.
  expect(events.filter(({ status }) => status === "unknown").length).toBeGreaterThan(0);
  expect(tally.finished.size).toBeGreaterThan(500);
  expect(survivor.stderr()).toBe("");
});

test("PostgreSQL killed at 5 random moments loses nothing that was answered, and living processes keep their calls", {
  timeout: 180_000,
}, async () => {
  const random = seededRandom(seed + 1);
  const home = mkdtempSync(path.join(os.tmpdir(), "pllm-crash-"));
  cleanups.push(() => rmSync(home, { recursive: true, force: true }));
  // As the product embeds it: with fsync, and started again when it dies.
  const server = await startEmbeddedPostgres(home);
  cleanups.push(() => server.stop());
  await migrate(server.url, path.resolve("prisma/migrations"));
  const { db, pool } = await openDatabase(server.url);
  const upstream = await openUpstream();
  const tally = answerInEveryWay(upstream, random);
  const callers = await makeCallers(db, upstream.url);
  const processes = await Promise.all([openProcess(server.url, 6_000), openProcess(server.url, 6_000)]);
  const load = startMixedLoad(24, random, () => processes.map(({ url }) => url), callers);
  for (let kill = 0; kill < 5; kill++) {
    await delay(2_100 + random() * 1_000);
    const { pid } = server;
    const answered = load.answers.size;
    process.kill(pid, "SIGKILL");
    await eventually(async () => (server.pid !== pid && load.answers.size > answered + 200 ? true : undefined), 30_000);
  }
  await load.stop();
  const died = await Promise.race([...processes.map(({ exited }) => exited), delay(0, "nobody")]);
  expect(died, `seed ${seed}`).toBe("nobody");
  const events = await expectNothingLost(pool, tally);
  // Nobody died who could settle: no call may be guessed at, and what a caller got is booked as what it was.
  expect(
    events.filter(({ status }) => status === "unknown"),
    `seed ${seed}`,
  ).toEqual([]);
  const booked = new Map(events.map(({ request_id, status }) => [request_id, status]));
  const answered = [...load.answers].filter(([, { status }]) => status === 200);
  expect(
    answered.filter(([id]) => !booked.has(id)),
    `seed ${seed}`,
  ).toEqual([]);
  expect(answered.length).toBeGreaterThan(500);
});
