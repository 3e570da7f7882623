import { Webhook } from "standardwebhooks";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { systemContext } from "@/lib/context";
import { outwardJobs, ownJobs } from "@/lib/jobs/registry";
import { startJobRunner } from "@/lib/jobs/runner";
import { emitEvent } from "@/lib/outbox/emit";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeAdminBearer, makeKey, makePerson } from "@/lib/testing/factories";
import { type Receiver, startReceiver } from "@/lib/testing/receiver";

process.env.PLLM_PRIVATE_TARGETS = "127.0.0.0/8";
const t = openTestDatabase();
const api = createApi(routes);
let admin: typeof api;
let receiver: Receiver;
const missing = "hook_01jd0c4x8k9m2n3p4q5r6s7t8v";
const missingDelivery = "dlv_01jd0c4x8k9m2n3p4q5r6s7t8v";

beforeAll(async () => {
  admin = api.as(await makeAdminBearer(t.db));
  receiver = await startReceiver();
});
beforeEach(async () => {
  receiver.answer = 200;
  receiver.received.length = 0;
  await t.db.webhook.deleteMany();
  await t.db.message.deleteMany();
  await t.db.job.deleteMany();
});

interface Created {
  id: string;
  secret: string;
}

async function create(fields: Record<string, unknown> = {}): Promise<Created> {
  const { body, status } = await admin.post("/webhooks", { url: receiver.url, ...fields });
  expect(status).toBe(201);
  return { id: (body.webhook as { id: string }).id, secret: String(body.secret) };
}

function verify(secret: string, request = receiver.received.at(-1)): unknown {
  return new Webhook(secret).verify(request?.body ?? "", request?.headers as Record<string, string>);
}

/** Runs all that is due with the product's own jobs. */
async function runJobs(): Promise<void> {
  const runner = startJobRunner({ db: t.db, jobs: [...ownJobs, ...outwardJobs], pollMs: 5 });
  await eventually(async () => {
    const due = await t.db.job.count({ where: { run_at: { lte: new Date() }, failed_at: null } });
    return due === 0 || undefined;
  });
  await runner.stop();
}

const emit = (type: Parameters<typeof emitEvent>[1], data: Record<string, unknown> = {}) =>
  emitEvent(systemContext(t.db, "test"), type, data);

describe("creating a webhook", () => {
  test("answers 201 with the secret, which is sealed at rest and never shown again", async () => {
    const { status, body } = await admin.post("/webhooks", {
      url: "https://hooks.example.com/services/T0/canary-path",
      events: ["key.revoked", "key.created", "key.revoked"],
      description: " Ops ",
    });
    expect(status).toBe(201);
    const { webhook, secret } = body as unknown as { webhook: Created; secret: string };
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    expect(webhook).toEqual({
      id: webhook.id,
      url: "https://hooks.example.com/services/T0/canary-path",
      description: "Ops",
      events: ["key.created", "key.revoked"],
      enabled: true,
      disabled_reason: null,
      failing_since: null,
      source: "api",
      previous_expires_at: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      version: 1,
    });
    const row = await t.db.webhook.findUniqueOrThrow({ where: { id: webhook.id } });
    expect(row.secret).toMatch(/^v1\.test\./);
    const answers = [await admin.get(`/webhooks/${webhook.id}`), await admin.get("/webhooks")];
    const audit = await t.db.auditEntry.findMany({ where: { target_id: webhook.id } });
    expect(audit).toMatchObject([{ action: "webhook.created", after: { target: "https://hooks.example.com" } }]);
    for (const text of [...answers, audit].map((part) =>
      JSON.stringify(part, (_k, v) => (typeof v === "bigint" ? 0 : v)),
    )) {
      expect(text).not.toContain(secret.slice(6, 30));
      expect(text).not.toContain("v1.test.");
    }
    expect(JSON.stringify(audit.map((entry) => entry.after))).not.toContain("canary-path");
  });

  test.each([
    [{}, "url"],
    [{ url: "not a url" }, "url"],
    [{ url: "ftp://example.com/" }, "url"],
    [{ url: "https://user:pass@example.com/" }, "url"],
    [{ url: "http://169.254.169.254/latest/meta-data" }, "url"],
    [{ url: "http://[::1]/" }, "url"],
    [{ url: "http://0xa9fea9fe/" }, "url"],
    [{ url: "http://10.0.0.1/" }, "url"],
    [{ url: `https://example.com/${"x".repeat(2_000)}` }, "url"],
    [{ url: "https://example.com/", events: ["planet.exploded"] }, "events.0"],
    [{ url: "https://example.com/", description: "x".repeat(201) }, "description"],
    [{ url: "https://example.com/", secret: "whsec_mine" }, "secret"],
  ])("refuses %j and names the field", async (body, path) => {
    const answer = await admin.post("/webhooks", body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(path);
    expect(await t.db.webhook.count()).toBe(0);
  });

  test("sent twice under one idempotency key it happens once, with the same secret", async () => {
    const headers = { "idempotency-key": "one-webhook" };
    const [first, second] = [
      await admin.post("/webhooks", { url: receiver.url }, { headers }),
      await admin.post("/webhooks", { url: receiver.url }, { headers }),
    ];
    expect(second.body).toEqual(first.body);
    expect(await t.db.webhook.count()).toBe(1);
  });
});

describe("rights", () => {
  test("only admins see or touch webhooks and deliveries; a reading key only reads", async () => {
    const { id } = await create();
    const { body: sent } = await admin.post(`/webhooks/${id}/test`);
    const calls = (caller: typeof api) => [
      () => caller.get("/webhooks"),
      () => caller.get(`/webhooks/${id}`),
      () => caller.get(`/webhooks/${id}/deliveries`),
      () => caller.get(`/deliveries/${sent.id}`),
      () => caller.post("/webhooks", { url: receiver.url }),
      () => caller.patch(`/webhooks/${id}`, { description: "x" }),
      () => caller.post(`/webhooks/${id}/test`),
      () => caller.post(`/webhooks/${id}/rotate-secret`),
      () => caller.post(`/deliveries/${sent.id}/replay`),
      () => caller.delete(`/webhooks/${id}`),
    ];
    const statuses = async (caller: typeof api) => {
      const seen: number[] = [];
      for (const call of calls(caller)) seen.push((await call()).status);
      return seen;
    };
    expect(await statuses(api)).toEqual(Array(10).fill(401));
    expect(await statuses(api.as((await makePerson(t.db)).bearer))).toEqual(Array(10).fill(403));
    expect(await statuses(api.as((await makePerson(t.db, { role: "manager" })).bearer))).toEqual(Array(10).fill(403));
    const reader = await makeKey(t.db, { type: "admin", scopes: ["webhooks.read"] });
    expect(await statuses(api.as(reader.secret))).toEqual([200, 200, 200, 200, ...Array(6).fill(403)]);
    expect(await statuses(admin)).toEqual([200, 200, 200, 200, 201, 200, 201, 201, 201, 204]);
  });

  test("what is missing is 404 to every verb", async () => {
    for (const answer of [
      await admin.get(`/webhooks/${missing}`),
      await admin.get(`/webhooks/${missing}/deliveries`),
      await admin.patch(`/webhooks/${missing}`, {}),
      await admin.delete(`/webhooks/${missing}`),
      await admin.post(`/webhooks/${missing}/test`),
      await admin.post(`/webhooks/${missing}/rotate-secret`),
      await admin.get(`/deliveries/${missingDelivery}`),
      await admin.post(`/deliveries/${missingDelivery}/replay`),
    ])
      expect(answer.status).toBe(404);
  });
});

describe("changing a webhook", () => {
  test("URL, events, description and state change; a stale If-Match does not", async () => {
    const { id } = await create({ description: "old" });
    const { status, body } = await admin.patch(`/webhooks/${id}`, {
      url: "https://example.com/new",
      events: ["team.created"],
      description: null,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      url: "https://example.com/new",
      events: ["team.created"],
      description: null,
      version: 2,
    });
    const stale = await admin.patch(`/webhooks/${id}`, { events: [] }, { headers: { "if-match": '"1"' } });
    expect(stale.status).toBe(412);
    expect((await admin.patch(`/webhooks/${id}`, { url: "http://10.0.0.1/" })).body.error.fields[0]?.path).toBe("url");
    expect((await admin.get(`/webhooks/${id}`)).body).toMatchObject({ events: ["team.created"], version: 2 });
    const audit = await t.db.auditEntry.findMany({ where: { target_id: id, action: "webhook.updated" } });
    expect(audit).toMatchObject([{ before: { description: "old" }, after: { target: "https://example.com" } }]);
  });

  test("disabling stops what waits; enabling forgets why and since when it failed", async () => {
    const { id } = await create();
    receiver.answer = 500;
    await emit("key.created");
    await runJobs();
    expect((await admin.get(`/webhooks/${id}`)).body.failing_since).not.toBeNull();
    const disabled = await admin.patch(`/webhooks/${id}`, { enabled: false });
    expect(disabled.body).toMatchObject({ enabled: false, disabled_reason: "Disabled by an administrator." });
    const { body } = await admin.get(`/webhooks/${id}/deliveries`);
    expect(body.data).toMatchObject([{ state: "cancelled", next_attempt_at: null }]);
    const enabled = await admin.patch(`/webhooks/${id}`, { enabled: true });
    expect(enabled.body).toMatchObject({ enabled: true, disabled_reason: null, failing_since: null });
  });

  test("deleting takes the deliveries along", async () => {
    const { id } = await create();
    const { body } = await admin.post(`/webhooks/${id}/test`);
    expect((await admin.delete(`/webhooks/${id}`)).status).toBe(204);
    expect((await admin.get(`/deliveries/${body.id}`)).status).toBe(404);
    expect(await t.db.auditEntry.count({ where: { target_id: id, action: "webhook.deleted" } })).toBe(1);
  });

  test("the environment's is shown and tested, and changed nowhere but there", async () => {
    const { id } = await create();
    await t.db.webhook.update({ where: { id }, data: { source: "environment" } });
    expect((await admin.get(`/webhooks/${id}`)).body.source).toBe("environment");
    expect((await admin.patch(`/webhooks/${id}`, { enabled: false })).status).toBe(409);
    expect((await admin.post(`/webhooks/${id}/rotate-secret`)).status).toBe(409);
    expect((await admin.delete(`/webhooks/${id}`)).status).toBe(409);
    expect((await admin.post(`/webhooks/${id}/test`)).body.state).toBe("succeeded");
  });
});

describe("rotating the secret", () => {
  test("gives a new one and says until when the old one signs too: a day, or as asked", async () => {
    const { id, secret: old } = await create();
    const before = Date.now();
    const { status, body } = await admin.post(`/webhooks/${id}/rotate-secret`);
    expect(status).toBe(201);
    const until = Date.parse((body.webhook as { previous_expires_at: string }).previous_expires_at);
    expect(until).toBeGreaterThanOrEqual(before + 86_400_000);
    expect(until).toBeLessThan(Date.now() + 86_400_000 + 1);
    await admin.post(`/webhooks/${id}/test`);
    for (const secret of [old, String(body.secret)]) expect(verify(secret)).toMatchObject({ type: "webhook.test" });
    const second = await admin.post(`/webhooks/${id}/rotate-secret`, { overlap: "0s" });
    expect((second.body.webhook as { previous_expires_at: null }).previous_expires_at).toBeNull();
    await admin.post(`/webhooks/${id}/test`);
    expect(() => verify(String(body.secret))).toThrow();
    expect(verify(String(second.body.secret))).toMatchObject({ type: "webhook.test" });
  });

  test.each(["soon", "1", "0h", "31d", "-1h"])("refuses %j as an overlap", async (overlap) => {
    const { id } = await create();
    const { status, body } = await admin.post(`/webhooks/${id}/rotate-secret`, { overlap });
    expect(status).toBe(422);
    expect(body.error.fields[0]?.path).toBe("overlap");
  });
});

describe("testing a webhook", () => {
  test("sends at once, whatever it listens to, and answers what came of it", async () => {
    const { id, secret } = await create({ events: ["team.created"] });
    const { status, body } = await admin.post(`/webhooks/${id}/test`);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      webhook_id: id,
      type: "webhook.test",
      state: "succeeded",
      attempt_count: 1,
      payload: { type: "webhook.test", data: { webhook_id: id } },
      attempts: [{ status_code: 200, error: null, response_snippet: "thanks" }],
    });
    expect(verify(secret)).toEqual(body.payload);
    expect(receiver.received[0]?.headers["webhook-id"]).toBe(body.message_id);
  });

  test("a failure is not retried and does not count against the receiver", async () => {
    const { id } = await create();
    receiver.answer = 410;
    const { body } = await admin.post(`/webhooks/${id}/test`);
    expect(body).toMatchObject({ state: "failed", next_attempt_at: null });
    expect((await admin.get(`/webhooks/${id}`)).body).toMatchObject({ enabled: true, failing_since: null });
    await runJobs();
    expect(receiver.received).toHaveLength(1);
  });

  test("one whose stored URL leads inside is not connected to", async () => {
    const { id } = await create();
    const inside = await startReceiver("::1").catch(() => null);
    await t.db.webhook.update({ where: { id }, data: { url: inside?.url ?? "http://[::1]:9/" } });
    const { body } = await admin.post(`/webhooks/${id}/test`);
    expect(body.state).toBe("failed");
    expect((body.attempts as { error: string }[])[0]?.error).toMatch(/^Not sent: ::1 is not a public address/);
    expect(inside?.connections() ?? 0).toBe(0);
  });
});

describe("deliveries", () => {
  test("an event goes to those who listen, verified; what was sent can be read and replayed under the same id", async () => {
    const { id, secret } = await create({ events: ["team.created"] });
    const deaf = await create({ events: ["key.created"] });
    const messageId = await emit("team.created", { name: "Ünïcode" });
    await runJobs();
    expect(receiver.received).toHaveLength(1);
    expect(verify(secret)).toMatchObject({ type: "team.created", data: { name: "Ünïcode" } });
    const list = await admin.get(`/webhooks/${id}/deliveries`);
    expect(list.body.data).toMatchObject([{ message_id: messageId, type: "team.created", state: "succeeded" }]);
    expect((await admin.get(`/webhooks/${deaf.id}/deliveries`)).body.data).toEqual([]);
    const deliveryId = list.body.data[0]?.id;
    expect((await admin.post(`/deliveries/${deliveryId}/replay`)).body.state).toBe("pending");
    await runJobs();
    const [first, second] = receiver.received;
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(second?.body).toBe(first?.body);
    expect((await admin.get(`/deliveries/${deliveryId}`)).body).toMatchObject({
      state: "succeeded",
      attempt_count: 2,
      attempts: [{ status_code: 200 }, { status_code: 200 }],
    });
  });

  test("replaying one that waits for its next attempt brings that forward", async () => {
    const { id } = await create();
    receiver.answer = (response, index) => response.writeHead(index === 0 ? 500 : 200).end();
    await emit("team.created");
    await runJobs();
    const waiting = (await admin.get(`/webhooks/${id}/deliveries?state=pending`)).body.data[0];
    expect(waiting?.next_attempt_at).not.toBeNull();
    await admin.post(`/deliveries/${waiting?.id}/replay`);
    await runJobs();
    expect((await admin.get(`/deliveries/${waiting?.id}`)).body).toMatchObject({
      state: "succeeded",
      attempt_count: 2,
    });
    expect(await t.db.job.count({ where: { name: "deliveries.attempt" } })).toBe(0);
  });

  test("nothing is replayed to a disabled webhook", async () => {
    const { id } = await create();
    const { body } = await admin.post(`/webhooks/${id}/test`);
    await admin.patch(`/webhooks/${id}`, { enabled: false });
    expect((await admin.post(`/deliveries/${body.id}/replay`)).status).toBe(409);
  });

  test("come newest first, page by page, and by state", async () => {
    const { id } = await create();
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) ids.unshift((await admin.post(`/webhooks/${id}/test`)).body.id);
    const first = await admin.get(`/webhooks/${id}/deliveries?limit=2`);
    const second = await admin.get(`/webhooks/${id}/deliveries?limit=2&cursor=${first.body.next_cursor}`);
    expect([...first.body.data, ...second.body.data].map((delivery) => delivery.id)).toEqual(ids);
    expect((await admin.get(`/webhooks/${id}/deliveries?state=failed`)).body.data).toEqual([]);
    expect((await admin.get(`/webhooks/${id}/deliveries?state=lost`)).body.error.fields[0]?.path).toBe("state");
  });
});
