import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makePerson } from "@/lib/testing/factories";
import { type ScriptedUpstream, startUpstream } from "@/lib/testing/scripted-upstream";
import { errorResponse, jsonResponse } from "@/lib/testing/upstream-scripts";

process.env.PLLM_PRIVATE_TARGETS = "127.0.0.1";

const t = openTestDatabase();
const api = createApi(routes);
let upstream: ScriptedUpstream;

beforeEach(async () => {
  upstream = await startUpstream();
  upstream.respondWith((request) =>
    request.headers.authorization === "Bearer good"
      ? jsonResponse(200, { data: [{ id: "gpt-x" }, { id: "gpt-y" }] })
      : errorResponse(401),
  );
});
afterEach(() => upstream.close());

let count = 0;
async function makeProvider(fields: Record<string, unknown> = {}) {
  const caller = api.as(await makeAdminBearer(t.db));
  const { body } = await caller.post("/providers", { name: `t${++count}`, base_url: upstream.url, ...fields });
  const path = `/providers/${body.id}`;
  return { caller, path, test: (input: unknown = {}) => caller.post(`${path}/test`, input) };
}

const keysSent = () => upstream.requests.map((request) => request.headers.authorization);

describe("testing a connection", () => {
  test("with the stored key tells what it found", async () => {
    const provider = await makeProvider({ api_key: "good" });
    const { status, body } = await provider.test({ model: "gpt-y" });
    expect(status).toBe(201);
    expect(body).toEqual({
      ok: true,
      latency_ms: expect.any(Number),
      status: 200,
      models_found: 2,
      model_listed: true,
    });
    expect((await provider.test({ model: "gpt-z" })).body).toMatchObject({ ok: true, model_listed: false });
  });

  test("a key that is tried is neither stored nor audited, whether it works or not", async () => {
    const provider = await makeProvider();
    const entries = await t.db.auditEntry.count();
    expect((await provider.test({ api_key: "good" })).body).toMatchObject({ ok: true });
    const refused = await provider.test({ api_key: "bad" });
    expect(refused.status).toBe(201);
    expect(refused.body).toMatchObject({ ok: false, status: 401, models_found: null });
    expect(refused.body.error).toMatch(/refused the key/);
    expect((await provider.caller.get(provider.path)).body.has_api_key).toBe(false);
    expect(await t.db.auditEntry.count()).toBe(entries);
    expect(await t.db.idempotencyRecord.count()).toBe(0);
  });

  test("uses the credential that is asked for, else the enabled one of the greatest weight, else none", async () => {
    const provider = await makeProvider();
    await provider.test();
    const add = (fields: object) => provider.caller.post(`${provider.path}/credentials`, fields);
    const light = await add({ name: "light", api_key: "light", weight: 1 });
    await add({ name: "heavy", api_key: "heavy", weight: 9 });
    await add({ name: "off", api_key: "off", weight: 100, enabled: false });
    await provider.test();
    await provider.test({ credential_id: light.body.id });
    expect(keysSent()).toEqual([undefined, "Bearer heavy", "Bearer light"]);
  });

  test.each([
    [{ credential_id: "cred_01jd0c4x8k9m2n3p4q5r6s7t8v" }, "credential_id"],
    [{ credential_id: "cred_01jd0c4x8k9m2n3p4q5r6s7t8v", api_key: "x" }, "api_key"],
    [{ api_key: "" }, "api_key"],
    [{ base_url: "https://other.example.com" }, "base_url"],
  ])("refuses %j, names the field, and asks nobody", async (input, field) => {
    const answer = await (await makeProvider({ api_key: "good" })).test(input);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(field);
    expect(upstream.requests).toHaveLength(0);
  });

  test("another provider's credential is not to be had", async () => {
    const [mine, other] = [await makeProvider(), await makeProvider({ api_key: "good" })];
    const { body } = await other.caller.get(`${other.path}/credentials`);
    expect((await mine.test({ credential_id: body.data[0]?.id })).status).toBe(422);
    expect(upstream.requests).toHaveLength(0);
  });

  test("a key that cannot be opened is reported by the id of its encryption key, and nobody is asked", async () => {
    const provider = await makeProvider({ api_key: "good" });
    await t.pool.query("UPDATE credentials SET secret = replace(secret, 'v1.test.', 'v1.lost-key.')");
    const { body } = await provider.test();
    expect(body).toMatchObject({ ok: false, status: null });
    expect(body.error).toMatch(/encryption key "lost-key" is not in ENCRYPTION_KEYS/);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe("testing an address before it is stored", () => {
  const ask = async (input: unknown) => api.as(await makeAdminBearer(t.db)).post("/providers/test", input);

  test("tells what is served there, and keeps neither address nor key", async () => {
    const providers = await t.db.provider.count();
    const { status, body } = await ask({ base_url: `${upstream.url}/`, api_key: "good", model: "gpt-y" });
    expect(status).toBe(201);
    expect(body).toMatchObject({ ok: true, status: 200, models_found: 2, model_listed: true });
    expect((await ask({ base_url: upstream.url, api_key: "bad" })).body.error).toMatch(/refused the key/);
    expect((await ask({ base_url: upstream.url })).body.error).toMatch(/asks for a key/);
    expect(keysSent()).toEqual(["Bearer good", "Bearer bad", undefined]);
    expect([await t.db.provider.count(), await t.db.idempotencyRecord.count()]).toEqual([providers, 0]);
  });

  test.each([
    [{}, "base_url"],
    [{ base_url: "ftp://models.example.com" }, "base_url"],
    [{ base_url: "http://10.0.0.7/v1" }, "base_url"],
    [{ base_url: "https://models.example.com", api_key: "two words" }, "api_key"],
    [{ base_url: "https://models.example.com", credential_id: "cred_01jd0c4x8k9m2n3p4q5r6s7t8v" }, "credential_id"],
  ])("refuses %j, names the field, and asks nobody", async (input, field) => {
    const answer = await ask(input);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(field);
    expect(upstream.requests).toHaveLength(0);
  });

  test("is for whoever may change providers", async () => {
    const input = { base_url: upstream.url };
    expect((await api.post("/providers/test", input)).status).toBe(401);
    expect((await api.as((await makePerson(t.db)).bearer).post("/providers/test", input)).status).toBe(403);
    expect(upstream.requests).toHaveLength(0);
  });
});
