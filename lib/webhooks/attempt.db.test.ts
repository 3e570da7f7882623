import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemContext } from "@/lib/context";
import { newId } from "@/lib/ids";
import type { JobContext } from "@/lib/jobs/job";
import { guardedAgent } from "@/lib/net/guard";
import { openTestDatabase } from "@/lib/testing/database";
import { createFakeClock } from "@/lib/testing/fake-clock";
import { type Receiver, startReceiver } from "@/lib/testing/receiver";
import { type AttemptTools, attemptDelivery, retryDelaysMs } from "./attempt";
import { fanOut } from "./dispatch";
import { sealSecret } from "./secrets";
import { rotateSecret } from "./service";
import { generateWebhookSecret } from "./signature";

const t = openTestDatabase();
// The verifier compares with the real time.
const clock = createFakeClock(Date.now());
const agent = guardedAgent(["127.0.0.0/8"]);
const tools: AttemptTools = { agentFor: () => agent, random: () => 0.5, timeoutMs: 2_000 };
const [hour, day] = [3_600_000, 86_400_000];
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});
beforeEach(async () => {
  clock.set(Date.now());
  receiver.answer = 200;
  receiver.received.length = 0;
  for (const table of ["webhook", "message", "job", "auditEntry"] as const)
    await (t.db[table] as { deleteMany(): Promise<unknown> }).deleteMany();
});
afterAll(() => agent.close());

const ctx = (): JobContext => ({
  ...systemContext(t.db, "test", clock),
  jobId: "job_1",
  attempt: 1,
  signal: new AbortController().signal,
});

async function addWebhook(fields: { url?: string; events?: string[]; failing_since?: Date } = {}) {
  const id = newId("webhook");
  const secret = generateWebhookSecret();
  const data = { id, url: receiver.url, ...fields, secret: sealSecret(id, "secret", secret) };
  await t.db.webhook.create({ data });
  return { id, secret };
}

/** A delivery of a fresh message to each webhook that listens; answers the first one's id. */
async function addDelivery(type = "key.created"): Promise<string> {
  const data = { id: newId("message"), type, data: { b: 1, a: [1, "ü"] }, created_at: new Date(clock.now()) };
  const message = await t.db.message.create({ data });
  await fanOut(ctx(), message);
  return (await t.db.delivery.findFirstOrThrow({ where: { message_id: message.id } })).id;
}

const deliveryOf = (id: string) =>
  t.db.delivery.findUniqueOrThrow({ where: { id }, include: { attempts: { orderBy: { created_at: "asc" } } } });
const webhookOf = (id: string) => t.db.webhook.findUniqueOrThrow({ where: { id } });

/** Attempts whenever one is due until none is, as the job runner would; answers the waits between them in milliseconds. */
async function runToTheEnd(id: string): Promise<number[]> {
  const waits: number[] = [];
  for (;;) {
    const again = await attemptDelivery(ctx(), id, tools);
    if (!again) return waits;
    waits.push(again.againAt.getTime() - clock.now());
    clock.set(again.againAt.getTime());
  }
}

describe("a delivery", () => {
  test("arrives signed, verifies with the standardwebhooks package, and says what happened and when", async () => {
    const { secret } = await addWebhook();
    const happened = clock.now();
    const id = await addDelivery();
    clock.advance(1_500);
    expect(await attemptDelivery(ctx(), id, tools)).toBeUndefined();
    const [request] = receiver.received;
    const delivery = await deliveryOf(id);
    expect(new Webhook(secret).verify(request?.body ?? "", request?.headers as Record<string, string>)).toEqual({
      type: "key.created",
      timestamp: new Date(happened).toISOString(),
      data: { a: [1, "ü"], b: 1 },
    });
    expect(request?.headers["webhook-id"]).toBe(delivery.message_id);
    expect(delivery).toMatchObject({ state: "succeeded", attempt_count: 1, next_attempt_at: null });
    expect(delivery.attempts).toMatchObject([{ status_code: 200, error: null, response_snippet: "thanks" }]);
  });

  test("is sent once: a second run of its job sends nothing, and one that is early waits", async () => {
    await addWebhook();
    const id = await addDelivery();
    await attemptDelivery(ctx(), id, tools);
    expect(await attemptDelivery(ctx(), id, tools)).toBeUndefined();
    expect(receiver.received).toHaveLength(1);
    const later = await addDelivery();
    const dueAt = new Date(clock.now() + 60_000);
    await t.db.delivery.update({ where: { id: later }, data: { next_attempt_at: dueAt } });
    expect(await attemptDelivery(ctx(), later, tools)).toEqual({ againAt: dueAt });
    expect(await attemptDelivery(ctx(), "dlv_gone", tools)).toBeUndefined();
    expect(receiver.received).toHaveLength(1);
  });

  test("that fails is tried for about three days, every attempt under the same id and kept, and then given up", async () => {
    await addWebhook();
    const id = await addDelivery();
    receiver.answer = (response, index) => response.writeHead(503).end(`try ${index}`);
    const waits = await runToTheEnd(id);
    expect(waits).toEqual(retryDelaysMs);
    const total = retryDelaysMs.reduce((sum, ms) => sum + ms, 0);
    expect(total).toBeGreaterThan(2.5 * day);
    expect(total).toBeLessThan(3.5 * day);
    const delivery = await deliveryOf(id);
    expect(delivery).toMatchObject({ state: "failed", attempt_count: retryDelaysMs.length + 1, next_attempt_at: null });
    expect(delivery.attempts.map((attempt) => attempt.response_snippet)).toEqual(
      receiver.received.map((_request, index) => `try ${index}`),
    );
    expect(new Set(receiver.received.map((request) => request.headers["webhook-id"])).size).toBe(1);
    expect(new Set(receiver.received.map((request) => request.body)).size).toBe(1);
  });

  test("that is refused first and taken later has succeeded", async () => {
    await addWebhook();
    const id = await addDelivery();
    receiver.answer = (response, index) => response.writeHead(index < 2 ? 500 : 200).end();
    expect(await runToTheEnd(id)).toEqual([5_000, 30_000]);
    const { state, attempts } = await deliveryOf(id);
    expect(state).toBe("succeeded");
    expect(attempts.map((attempt) => attempt.status_code)).toEqual([500, 500, 200]);
  });

  test.each([
    [0, 2_500],
    [0.5, 5_000],
    [0.999, 7_495],
  ])("waits with jitter around the mean: %d gives %d ms", async (random, expected) => {
    await addWebhook();
    const id = await addDelivery();
    receiver.answer = 500;
    const again = await attemptDelivery(ctx(), id, { ...tools, random: () => random });
    expect((again?.againAt.getTime() ?? 0) - clock.now()).toBe(expected);
    expect((await deliveryOf(id)).next_attempt_at).toEqual(again?.againAt);
  });

  test("to a private address is refused when it connects, whatever was stored", async () => {
    const inside = await startReceiver("127.0.0.1");
    await addWebhook({ url: inside.url });
    const id = await addDelivery();
    const strict = guardedAgent([]);
    await attemptDelivery(ctx(), id, { ...tools, agentFor: () => strict });
    await strict.close();
    expect(inside.connections()).toBe(0);
    expect((await deliveryOf(id)).attempts[0]?.error).toMatch(/^Not sent: 127\.0\.0\.1 is not a public address/);
  });

  test("whose secret cannot be opened fails visibly and is not sent unsigned", async () => {
    const { id: webhookId } = await addWebhook();
    const other = await addWebhook({ events: ["user.disabled"] });
    const id = await addDelivery();
    // A ciphertext moved from another row does not open.
    const { secret } = await webhookOf(other.id);
    await t.db.webhook.update({ where: { id: webhookId }, data: { secret } });
    await attemptDelivery(ctx(), id, tools);
    expect(receiver.received).toEqual([]);
    expect((await deliveryOf(id)).attempts[0]?.error).toBe("Not sent: the signing secret cannot be opened. Rotate it.");
  });
});

describe("during a rotation", () => {
  test("both secrets verify until the overlap ends, then the new one alone", async () => {
    const { id: webhookId, secret: old } = await addWebhook();
    const { secret: fresh } = await rotateSecret(ctx(), webhookId, { overlap: 60_000 });
    const verifies = (secret: string) => {
      const request = receiver.received.at(-1);
      try {
        return Boolean(new Webhook(secret).verify(request?.body ?? "", request?.headers as Record<string, string>));
      } catch {
        return false;
      }
    };
    await attemptDelivery(ctx(), await addDelivery(), tools);
    expect([verifies(fresh), verifies(old)]).toEqual([true, true]);
    clock.advance(60_000);
    await attemptDelivery(ctx(), await addDelivery(), tools);
    expect([verifies(fresh), verifies(old)]).toEqual([true, false]);
  });

  test("a second rotation stops the oldest at once; without overlap the old one stops", async () => {
    const { id } = await addWebhook();
    await rotateSecret(ctx(), id, { overlap: 60_000 });
    const { secret: second } = await rotateSecret(ctx(), id, { overlap: 60_000 });
    await attemptDelivery(ctx(), await addDelivery(), tools);
    expect(String(receiver.received[0]?.headers["webhook-signature"]).split(" ")).toHaveLength(2);
    await rotateSecret(ctx(), id, { overlap: 0 });
    await attemptDelivery(ctx(), await addDelivery(), tools);
    expect(String(receiver.received[1]?.headers["webhook-signature"]).split(" ")).toHaveLength(1);
    expect(await webhookOf(id)).toMatchObject({ previous_secret: null, previous_expires_at: null });
    expect(() =>
      new Webhook(second).verify(receiver.received[1]?.body ?? "", receiver.received[1]?.headers as never),
    ).toThrow();
  });
});

describe("a receiver that does not work", () => {
  test("is disabled at once by 410, with its reason, a message to the others, and nothing left waiting", async () => {
    const { id: webhookId } = await addWebhook();
    const waiting = await addDelivery();
    const id = await addDelivery();
    receiver.answer = 410;
    expect(await attemptDelivery(ctx(), id, tools)).toBeUndefined();
    expect(await webhookOf(webhookId)).toMatchObject({
      enabled: false,
      disabled_reason: "The receiver answered 410 Gone.",
    });
    expect((await deliveryOf(id)).state).toBe("failed");
    expect((await deliveryOf(waiting)).state).toBe("cancelled");
    const message = await t.db.message.findFirstOrThrow({ where: { type: "webhook.disabled" } });
    expect(message.data).toMatchObject({
      webhook_id: webhookId,
      target: new URL(receiver.url).origin,
      reason: "The receiver answered 410 Gone.",
    });
    expect(await t.db.job.count({ where: { payload: { path: ["message_id"], equals: message.id } } })).toBe(1);
    expect(await t.db.auditEntry.findMany({ where: { target_id: webhookId } })).toMatchObject([
      { action: "webhook.disabled", actor_type: "system" },
    ]);
    // It is told to nobody who cannot hear it.
    const other = await addWebhook({ events: ["webhook.disabled"] });
    await fanOut(ctx(), message);
    expect(await t.db.delivery.findMany({ where: { message_id: message.id } })).toMatchObject([
      { webhook_id: other.id },
    ]);
  });

  test("fails since its first failure, and a success forgets that", async () => {
    const { id: webhookId } = await addWebhook();
    const id = await addDelivery();
    const first = clock.now();
    receiver.answer = (response, index) => response.writeHead(index < 2 ? 500 : 200).end();
    const again = await attemptDelivery(ctx(), id, tools);
    expect((await webhookOf(webhookId)).failing_since).toEqual(new Date(first));
    clock.set(again?.againAt.getTime() ?? 0);
    await attemptDelivery(ctx(), id, tools);
    expect((await webhookOf(webhookId)).failing_since).toEqual(new Date(first));
    await runToTheEnd(await addDelivery());
    expect(await webhookOf(webhookId)).toMatchObject({ failing_since: null, version: 1 });
  });

  test.each([
    ["three days of failures", 72 * hour, 0, true],
    ["a little less", 72 * hour - 1, 0, false],
    ["a day of failures and a delivery out of attempts", 24 * hour, retryDelaysMs.length, true],
    ["a delivery out of attempts, yet not a day", 24 * hour - 1, retryDelaysMs.length, false],
  ])("is disabled by %s", async (_name, failingForMs, attempts, isDisabled) => {
    const { id: webhookId } = await addWebhook({ failing_since: new Date(clock.now() - failingForMs) });
    const id = await addDelivery();
    await t.db.delivery.update({ where: { id }, data: { attempt_count: attempts } });
    receiver.answer = 500;
    await attemptDelivery(ctx(), id, tools);
    expect((await webhookOf(webhookId)).enabled).toBe(!isDisabled);
    expect(await t.db.message.count({ where: { type: "webhook.disabled" } })).toBe(isDisabled ? 1 : 0);
  });

  test("gets nothing that was queued just as it was disabled", async () => {
    const { id: webhookId } = await addWebhook();
    const id = await addDelivery();
    await t.db.webhook.update({ where: { id: webhookId }, data: { enabled: false } });
    expect(await attemptDelivery(ctx(), id, tools)).toBeUndefined();
    expect(receiver.received).toEqual([]);
    expect((await deliveryOf(id)).state).toBe("cancelled");
  });
});

describe("queueing a message", () => {
  test("reaches those who listen to its type or to all, once however often it is repeated", async () => {
    const all = await addWebhook();
    const listening = await addWebhook({ events: ["key.revoked", "key.created"] });
    await addWebhook({ events: ["team.created"] });
    const disabled = await addWebhook();
    await t.db.webhook.update({ where: { id: disabled.id }, data: { enabled: false } });
    const id = await addDelivery();
    const message = await t.db.message.findFirstOrThrow();
    await Promise.all([fanOut(ctx(), message), fanOut(ctx(), message)]);
    const deliveries = await t.db.delivery.findMany({ orderBy: { webhook_id: "asc" } });
    expect(deliveries.map((delivery) => delivery.webhook_id)).toEqual([all.id, listening.id].sort());
    expect(await t.db.job.count({ where: { name: "deliveries.attempt" } })).toBe(2);
    await attemptDelivery(ctx(), id, tools);
    await t.db.job.deleteMany();
    await fanOut(ctx(), message);
    expect(await t.db.job.count()).toBe(0);
  });
});
