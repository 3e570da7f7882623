/** The books after load of every kind: several doors, days, teams, people, keys, models and periods at once. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "@/lib/db/client";
import { auditBooks, countDeadlocks } from "@/lib/testing/books";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { createFakeClock } from "@/lib/testing/fake-clock";
import { makeModel, type RunningGateway, startGateway } from "@/lib/testing/gateway";
import { makeBudgetRef } from "@/lib/testing/ledger";
import { answerInEveryWay, type MixedCaller, startMixedLoad } from "@/lib/testing/mixed-load";
import { seededRandom } from "@/lib/testing/random";
import { type ScriptedUpstream, startUpstream } from "@/lib/testing/scripted-upstream";

const t = openTestDatabase();
const seed = Number(process.env.BOOKS_SEED ?? Math.floor(Math.random() * 1e9));
let upstream: ScriptedUpstream;

beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.close());

const periods = [
  { period: "total" },
  { period: "daily" },
  { period: "weekly" },
  { period: "monthly" },
  { period: "yearly" },
  { period: "daily", timezone: "Asia/Kathmandu" },
  { period: "monthly", timezone: "America/New_York" },
] as const;

/** An organisation, two teams, four people with a key each, a child key, budgets on everything: hard, soft, wide and tight. */
async function makeCallers(db: Db): Promise<MixedCaller[]> {
  const models = [
    await makeModel(db, upstream.url),
    await makeModel(db, upstream.url, { price: { input: "2.5", cached: "1.25", cacheWrite: "3.1", output: "10" } }),
    await makeModel(db, upstream.url, { price: { input: "0.000000003", output: "0.000000007" } }),
  ].map(({ model }) => model.name);
  const organisation = await makeTeam(db);
  const teams = [
    await makeTeam(db, { parent_id: organisation.id }),
    await makeTeam(db, { parent_id: organisation.id }),
  ];
  const scopes = [organisation, ...teams].map(({ id }) => ({ type: "team", id }));
  const callers: MixedCaller[] = [];
  for (let index = 0; index < 4; index++) {
    const team = teams[index % 2] ?? organisation;
    const user = await makeUser(db);
    await makeMember(db, team, user);
    const { key, secret } = await makeKey(db, { user_id: user.id, team_id: team.id, tags: [`tag${index}`] });
    callers.push({ secret, models });
    scopes.push(
      { type: "key", id: key.id },
      { type: "user", id: user.id },
      { type: "member", id: `${team.id}/${user.id}` },
    );
    if (index > 0) continue;
    const child = await makeKey(db, { type: "virtual", user_id: user.id, team_id: team.id, parent_key_id: key.id });
    callers.push({ secret: child.secret, models });
  }
  callers.push({ secret: (await makeKey(db)).secret, models });
  for (const [index, scope] of scopes.entries()) {
    const period = periods[index % periods.length] ?? periods[0];
    await makeBudgetRef(db, scope, 2_000_000n, { ...period, hard: index % 3 > 0, thresholds: [1, 10, 50, 100] });
    await makeBudgetRef(db, scope, 1_000_000_000_000n, { period: "daily" });
  }
  return callers;
}

test("agree to the unit on every scope, and hold each call that the provider saw exactly once", async () => {
  const random = seededRandom(seed);
  const clock = createFakeClock("2026-02-24T17:50:00Z");
  const callers = await makeCallers(t.db);
  const tally = answerInEveryWay(upstream, random);
  const gateways: RunningGateway[] = await Promise.all([
    startGateway(),
    startGateway({ door: "web" }),
    startGateway({ clock }),
    startGateway({ clock, door: "web" }),
  ]);
  const urls = gateways.map(({ url }) => url);
  // Two of the four live through two weeks, with the end of a month and of several days among them.
  for (let wave = 0; wave < 10; wave++) {
    const load = startMixedLoad(24, random, () => urls, callers);
    await new Promise((resolve) => setTimeout(resolve, 350));
    await load.stop();
    clock.advance((30 + random() * 10) * 3_600_000);
  }
  await Promise.all(gateways.map((gateway) => gateway.close()));

  expect(await auditBooks(t.pool), `seed ${seed}`).toEqual({});
  const events = await t.db.usageEvent.findMany({
    select: { request_id: true, status: true, cost_source: true },
  });
  const booked = events.map(({ request_id }) => request_id);
  expect(new Set(booked).size, `seed ${seed}`).toBe(booked.length);
  expect(
    [...tally.seen.keys()].filter((id) => !booked.includes(id)),
    `seed ${seed}`,
  ).toEqual([]);
  // Whoever hung up before their request had left was not heard of there.
  const unseen = events.filter(({ request_id }) => !tally.seen.has(request_id));
  expect(
    unseen.filter(({ status }) => status !== "aborted"),
    `seed ${seed}`,
  ).toEqual([]);
  expect(await t.db.reservation.count()).toBe(0);
  expect(await countDeadlocks(t.pool)).toBe(0);
  // The load was of every kind.
  const kinds = new Set(events.flatMap(({ status, cost_source }) => [status, cost_source]));
  expect(kinds).toEqual(new Set(["ok", "error", "aborted", "usage", "estimate"]));
  expect(await t.db.budgetPeriod.count()).toBeGreaterThan(100);
  expect(await t.db.alert.count()).toBeGreaterThan(0);
});
