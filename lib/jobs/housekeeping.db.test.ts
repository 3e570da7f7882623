import { expect, test } from "vitest";
import { systemContext } from "@/lib/context";
import { newId } from "@/lib/ids";
import { openTestDatabase } from "@/lib/testing/database";
import { makeTeam } from "@/lib/testing/factories";
import { createFakeClock } from "@/lib/testing/fake-clock";
import { makeUsageEvent } from "@/lib/testing/ledger-rows";
import { housekeeping } from "./housekeeping";

const t = openTestDatabase();
const clock = createFakeClock();
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const ago = (ms: number) => new Date(clock.now() - ms);
const keepHouse = () =>
  housekeeping.run(
    { ...systemContext(t.db, "test", clock), jobId: "job_1", attempt: 1, signal: new AbortController().signal },
    {},
  );

test("what has had its time goes, what has not stays", async () => {
  const webhook = await t.db.webhook.create({ data: { id: newId("webhook"), url: "https://x.example/", secret: "s" } });
  const pair = { old: 0, young: 0 };
  const add = async (name: keyof typeof pair, ageOf: (limit: number) => number) => {
    await t.db.directoryChange.create({ data: { entity: name, entity_id: name, created_at: ago(ageOf(hour)) } });
    await t.db.idempotencyRecord.create({
      data: { principal: name, key: name, request_hash: "", expires_at: ago(ageOf(0)) },
    });
    await t.db.signInAttempt.create({ data: { address: name, created_at: ago(ageOf(day)) } });
    await t.db.job.create({ data: { id: name, name: "dead", payload: {}, failed_at: ago(ageOf(90 * day)) } });
    for (const state of ["succeeded", "pending"])
      await t.db.message.create({
        data: {
          id: `${name} ${state}`,
          type: "key.created",
          data: {},
          created_at: ago(ageOf(90 * day)),
          deliveries: { create: { id: `${name} ${state}`, webhook_id: webhook.id, state } },
        },
      });
  };
  await add("old", (limit) => limit + 1);
  await add("young", (limit) => limit - 1);
  await t.db.job.create({ data: { id: "waiting", name: "x", payload: {}, run_at: ago(365 * day) } });
  await keepHouse();
  expect(
    (await t.db.directoryChange.findMany({ where: { entity: { in: ["old", "young"] } } })).map((r) => r.entity),
  ).toEqual(["young"]);
  expect((await t.db.idempotencyRecord.findMany()).map((row) => row.key)).toEqual(["young"]);
  expect((await t.db.signInAttempt.findMany()).map((row) => row.address)).toEqual(["young"]);
  expect((await t.db.job.findMany({ orderBy: { id: "asc" } })).map((row) => row.id)).toEqual(["waiting", "young"]);
  // One that still waits to be delivered is kept, however old.
  const left = ["old pending", "young pending", "young succeeded"];
  expect((await t.db.message.findMany({ orderBy: { id: "asc" } })).map((row) => row.id)).toEqual(left);
  expect((await t.db.delivery.findMany({ orderBy: { id: "asc" } })).map((row) => row.id)).toEqual(left);
});

test("usage events go only where the settings say how long they are kept", async () => {
  const team = await makeTeam(t.db);
  for (const days of [29, 31, 400])
    await makeUsageEvent(t.db, { team_id: team.id, cost_nano: BigInt(days), started_at: ago(days * day) });
  await keepHouse();
  expect(await t.db.usageEvent.count()).toBe(3);
  await t.db.settings.update({ where: { id: 1 }, data: { data: { usage_retention_days: 30 } } });
  await keepHouse();
  expect((await t.db.usageEvent.findMany()).map((event) => event.cost_nano)).toEqual([29n]);
});

test("traces and refused calls go earlier than the events they explain", async () => {
  for (const days of [9, 11]) {
    const at = ago(days * day);
    await t.db.usageTrace.create({ data: { event_id: newId("event", at.getTime()), trace: { days } } });
    const refusal = {
      request_id: "r",
      endpoint: "chat",
      http_status: 429,
      error_code: "budget_exceeded",
      message: "no",
    };
    await t.db.refusal.create({
      data: { ...refusal, id: newId("refusal"), count: days, first_at: ago(400 * day), last_at: at },
    });
  }
  const kept = async () => [
    (await t.db.usageTrace.findMany({ orderBy: { event_id: "desc" } })).map(({ trace }) => trace),
    (await t.db.refusal.findMany({ orderBy: { last_at: "desc" } })).map(({ count }) => count),
  ];
  await t.db.settings.update({ where: { id: 1 }, data: { data: { trace_retention_days: null } } });
  await keepHouse();
  expect(await kept()).toEqual([
    [{ days: 9 }, { days: 11 }],
    [9, 11],
  ]);
  await t.db.settings.update({ where: { id: 1 }, data: { data: { trace_retention_days: 10 } } });
  await keepHouse();
  expect(await kept()).toEqual([[{ days: 9 }], [9]]);
});

test("a rotated secret is forgotten when its overlap has ended", async () => {
  await t.db.webhook.deleteMany();
  for (const [id, ms] of [
    ["hook_over", 0],
    ["hook_within", -minute],
  ] as const)
    await t.db.webhook.create({
      data: { id, url: "https://x.example/", secret: "s", previous_secret: "p", previous_expires_at: ago(ms) },
    });
  await keepHouse();
  expect(await t.db.webhook.findMany({ orderBy: { id: "asc" } })).toMatchObject([
    { id: "hook_over", previous_secret: null, previous_expires_at: null },
    { id: "hook_within", previous_secret: "p" },
  ]);
});

test("more than one batch goes in one run", async () => {
  await t.pool.query(
    "INSERT INTO sign_in_attempts (address, created_at) SELECT 'flood', $1 FROM generate_series(1, 12000)",
    [ago(2 * day)],
  );
  await keepHouse();
  expect(await t.db.signInAttempt.count({ where: { address: "flood" } })).toBe(0);
});
