import { beforeAll, beforeEach, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makePerson } from "@/lib/testing/factories";
import { testEventType } from "@/lib/webhooks/schema";

const t = openTestDatabase();
const api = createApi(routes);
const missing = "dlv_01jd0c4x8k9m2n3p4q5r6s7t8v";
let admin: typeof api;
let hook: string;
let count = 0;

beforeAll(async () => {
  admin = api.as(await makeAdminBearer(t.db));
});
beforeEach(async () => {
  await t.db.webhook.deleteMany();
  await t.db.message.deleteMany();
  await t.db.job.deleteMany();
  hook = await makeWebhook();
});

async function makeWebhook(): Promise<string> {
  const { status, body } = await admin.post("/webhooks", { url: "https://hooks.example.com/in" });
  expect(status).toBe(201);
  return (body.webhook as { id: string }).id;
}

async function makeDelivery(state: string, type = "key.created", webhook_id = hook): Promise<string> {
  const end = String(count++).padStart(26, "0");
  await t.db.message.create({ data: { id: `msg_${end}`, type, data: {} } });
  const { id } = await t.db.delivery.create({
    data: { id: `dlv_${end}`, webhook_id, message_id: `msg_${end}`, state, created_at: new Date(count * 1_000) },
  });
  return id;
}

const statesOf = async (...ids: string[]) =>
  (await t.db.delivery.findMany({ where: { id: { in: ids } }, orderBy: { id: "asc" } })).map(({ state }) => state);
const auditedOf = (id: string) => t.db.auditEntry.count({ where: { action: "delivery.replayed", target_id: id } });

test("each is queued on its own, told on its own and written to the log", async () => {
  const off = await makeWebhook();
  const [done, given, stuck] = [
    await makeDelivery("succeeded"),
    await makeDelivery("failed"),
    await makeDelivery("cancelled", "key.created", off),
  ];
  await admin.patch(`/webhooks/${off}`, { enabled: false });
  const { status, body } = await admin.post("/deliveries/bulk", {
    action: "replay",
    ids: [done, given, stuck, missing, done],
  });
  expect(status).toBe(201);
  expect(body).toEqual({
    dry_run: false,
    data: [
      { id: done, ok: true },
      { id: given, ok: true },
      { id: stuck, ok: false, error: { code: "conflict", message: "The webhook is disabled. Enable it first." } },
      { id: missing, ok: false, error: { code: "not_found", message: "No such resource." } },
    ],
  });
  expect(await statesOf(done, given, stuck)).toEqual(["pending", "pending", "cancelled"]);
  expect(await t.db.job.count({ where: { name: "deliveries.attempt" } })).toBe(2);
  expect([await auditedOf(done), await auditedOf(stuck)]).toEqual([1, 0]);
});

test("a dry run tells the same and changes nothing", async () => {
  const id = await makeDelivery("failed");
  const order = { action: "replay", ids: [id, missing] };
  const { body: foretold } = await admin.post("/deliveries/bulk", { ...order, dry_run: true });
  expect(await statesOf(id)).toEqual(["failed"]);
  expect(await t.db.job.count({ where: { name: "deliveries.attempt" } })).toBe(0);
  expect(await auditedOf(id)).toBe(0);
  const { body: done } = await admin.post("/deliveries/bulk", order);
  expect(foretold).toEqual({ ...done, dry_run: true });
});

test("by filter: those of one webhook that match, oldest first", async () => {
  const [first, second] = [await makeDelivery("failed"), await makeDelivery("failed", testEventType)];
  await makeDelivery("succeeded");
  await makeDelivery("failed", "key.created", await makeWebhook());
  const replay = async (filter: object) => {
    const { body } = await admin.post("/deliveries/bulk", { action: "replay", filter, dry_run: true });
    return body.data.map((row) => row.id);
  };
  expect(await replay({ webhook_id: hook, state: "failed" })).toEqual([first, second]);
  expect(await replay({ webhook_id: hook, state: "failed", type: "key.created" })).toEqual([first]);
  expect(await replay({ webhook_id: hook, q: "test" })).toEqual([second]);
});

test.each([
  [{ action: "replay" }, "ids"],
  [{ action: "replay", ids: [missing], filter: { webhook_id: "hook_01jd0c4x8k9m2n3p4q5r6s7t8v" } }, "ids"],
  [{ action: "replay", filter: { state: "failed" } }, "filter.webhook_id"],
  [{ action: "cancel", ids: [missing] }, "action"],
  [{ action: "replay", ids: ["hook_01jd0c4x8k9m2n3p4q5r6s7t8v"] }, "ids.0"],
])("refuses %j and names the field", async (body, path) => {
  const answer = await admin.post("/deliveries/bulk", body);
  expect(answer.status).toBe(422);
  expect(answer.body.error.fields[0]?.path).toBe(path);
});

test("needs a caller, and one with the right", async () => {
  const body = { action: "replay", ids: [missing], dry_run: true };
  expect((await api.post("/deliveries/bulk", body)).status).toBe(401);
  expect(
    (await api.as((await makePerson(t.db, { role: "manager" })).bearer).post("/deliveries/bulk", body)).status,
  ).toBe(403);
  const reader = await makeKey(t.db, { type: "admin", scopes: ["webhooks.read"] });
  expect((await api.as(reader.secret).post("/deliveries/bulk", body)).status).toBe(403);
});

test("a webhook's list and page say what came of its deliveries, where they are asked", async () => {
  const quiet = await makeWebhook();
  await makeDelivery("failed");
  await t.db.delivery.updateMany({ data: { created_at: new Date(Date.now() - 8 * 86_400_000) } });
  await makeDelivery("failed", testEventType);
  const [, latest] = [await makeDelivery("pending"), await makeDelivery("succeeded", "team.created")];
  const isNew = { OR: [{ state: { not: "failed" } }, { message: { type: testEventType } }] };
  await t.db.delivery.updateMany({ where: isNew, data: { created_at: new Date() } });
  const { body } = await admin.get("/webhooks?include=figures&sort=created_at");
  expect(body.data).toMatchObject([
    {
      id: hook,
      figures: {
        succeeded: 1,
        failed: 0,
        pending: 1,
        last_delivery: { id: latest, type: "team.created", state: "succeeded" },
      },
    },
    { id: quiet, figures: { succeeded: 0, failed: 0, pending: 0, last_delivery: null } },
  ]);
  expect((await admin.get(`/webhooks/${hook}?include=figures`)).body.figures).toMatchObject({ succeeded: 1 });
  expect((await admin.get(`/webhooks/${hook}`)).body).not.toHaveProperty("figures");
});

test("webhooks are listed by state, deliveries by type with their last attempt", async () => {
  const [failing, off] = [await makeWebhook(), await makeWebhook()];
  await t.db.webhook.update({ where: { id: failing }, data: { failing_since: new Date() } });
  await admin.patch(`/webhooks/${off}`, { enabled: false });
  const listed = async (state: string) =>
    (await admin.get(`/webhooks?state=${state}`)).body.data.map((webhook) => webhook.id);
  expect(await listed("enabled")).toEqual([hook]);
  expect(await listed("failing")).toEqual([failing]);
  expect(await listed("disabled")).toEqual([off]);
  const [delivery, other] = [await makeDelivery("failed"), await makeDelivery("pending", "team.created")];
  const attempt = { delivery_id: delivery, duration_ms: 12, error: "Answered 500.", status_code: 500 };
  await t.db.deliveryAttempt.create({
    data: { ...attempt, id: "att_00000000000000000000000001", created_at: new Date(1), status_code: 400 },
  });
  await t.db.deliveryAttempt.create({
    data: { ...attempt, id: "att_00000000000000000000000002", created_at: new Date(2) },
  });
  const { body } = await admin.get(`/webhooks/${hook}/deliveries?type=key.created`);
  expect(body.data).toMatchObject([{ id: delivery, last_attempt: { status_code: 500, duration_ms: 12 } }]);
  const all = await admin.get(`/webhooks/${hook}/deliveries`);
  expect(all.body.data).toMatchObject([{ id: other, last_attempt: null }, { id: delivery }]);
  expect((await admin.get(`/deliveries/${delivery}`)).body).toMatchObject({
    last_attempt: { status_code: 500 },
    headers: { "content-type": "application/json", "webhook-id": expect.stringMatching(/^msg_/) },
  });
});
