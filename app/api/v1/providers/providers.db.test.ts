import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { getConfig } from "@/lib/config/config";
import { newId } from "@/lib/ids";
import { unseal } from "@/lib/secrets/key-ring";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makePerson } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
const admin = async () => api.as(await makeAdminBearer(t.db));
const missing = "prov_01jd0c4x8k9m2n3p4q5r6s7t8v";
const url = "https://models.example.com/v1";

let count = 0;
async function makeProvider(fields: Record<string, unknown> = {}) {
  const caller = await admin();
  const { status, body } = await caller.post("/providers", { name: `p${++count}`, base_url: url, ...fields });
  expect(status).toBe(201);
  return { caller, provider: body, path: `/providers/${body.id}` };
}

/** The keys that are stored for a provider, by credential. */
async function storedKeys(providerId: string): Promise<Record<string, string>> {
  const rows = await t.db.credential.findMany({ where: { provider_id: providerId } });
  const open = (row: { id: string; secret: string }) =>
    unseal(getConfig().encryptionKeys, { table: "credentials", row: row.id, field: "secret" }, row.secret);
  return Object.fromEntries(rows.map((row) => [row.name, open(row)]));
}

describe("creating a provider", () => {
  test("answers 201 without the key, stores the key sealed, prices what it can, and audits it", async () => {
    const { provider, caller, path } = await makeProvider({
      name: "acme",
      display_name: "Acme",
      base_url: `${url}/`,
      api_key: "sk-acme-0123456789abcdef",
      models: ["one", "two", "one"],
    });
    expect(provider).toMatchObject({ name: "acme", kind: "openai", base_url: url, enabled: true, has_api_key: true });
    expect(provider).toMatchObject({ builtin: false, version: 1 });
    expect(Object.keys(provider)).not.toContain("api_key");
    expect(await storedKeys(provider.id)).toEqual({ default: "sk-acme-0123456789abcdef" });
    const models = await caller.get(`${path}/models?sort=name`);
    expect(models.body.data.map((model) => [model.name, model.price_known])).toEqual([
      ["one", false],
      ["two", false],
    ]);
    const audit = await t.db.auditEntry.findMany({ where: { target_id: provider.id } });
    expect(audit.map((entry) => entry.action)).toEqual(["provider.created"]);
    expect(audit[0]?.after).toMatchObject({ name: "acme", models: ["one", "two"], has_api_key: true });
  });

  test("knows the addresses of the catalogue's providers, and brings their models", async () => {
    const caller = await admin();
    const { body } = await caller.post("/providers", { name: "xai" });
    expect(body).toMatchObject({ base_url: "https://api.x.ai/v1", display_name: "xAI", builtin: true });
    const models = await caller.get(`/providers/${body.id}/models`);
    expect(models.body.data.length).toBeGreaterThan(0);
    expect(models.body.data.every((model) => model.price_known)).toBe(true);
  });

  test.each([
    [{ base_url: url }, "name"],
    [{ name: "Acme", base_url: url }, "name"],
    [{ name: "-acme", base_url: url }, "name"],
    [{ name: "a/b", base_url: url }, "name"],
    [{ name: "nobody-knows" }, "base_url"],
    [{ name: "x", base_url: "ftp://models.example.com" }, "base_url"],
    [{ name: "x", base_url: "https://u:p@models.example.com" }, "base_url"],
    [{ name: "x", base_url: `${url}?key=1` }, "base_url"],
    [{ name: "x", base_url: url, kind: "soap" }, "kind"],
    [{ name: "x", base_url: url, colour: "red" }, "colour"],
    [{ name: "x", base_url: url, api_key: "" }, "api_key"],
    [{ name: "x", base_url: url, api_key: "two words" }, "api_key"],
    [{ name: "x", base_url: url, models: ["gpt-*"] }, "models.0"],
  ])("refuses %j and names the field", async (body, path) => {
    const answer = await (await admin()).post("/providers", body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(path);
  });

  test("a name that is in use is a conflict", async () => {
    const { caller, provider } = await makeProvider();
    const answer = await caller.post("/providers", { name: provider.name, base_url: url });
    expect(answer.status).toBe(409);
    expect(answer.body.error).toMatchObject({ code: "conflict", details: { id: provider.id } });
  });

  test("of two that come at once under one name one wins, and the other is a conflict", async () => {
    const caller = await admin();
    const body = { name: "race", base_url: url, models: ["m"] };
    const answers = await Promise.all([caller.post("/providers", body), caller.post("/providers", body)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
  });
});

describe("who may", () => {
  test.each([
    ["get", "/providers"],
    ["post", "/providers"],
    ["get", "/providers/with-keys"],
    ["get", `/providers/${missing}`],
    ["put", `/providers/${missing}`],
    ["patch", `/providers/${missing}`],
    ["delete", `/providers/${missing}`],
    ["post", `/providers/${missing}/test`],
    ["get", `/providers/${missing}/credentials`],
    ["post", `/providers/${missing}/credentials`],
    ["patch", `/providers/${missing}/credentials/cred_x`],
    ["delete", `/providers/${missing}/credentials/cred_x`],
    ["get", `/providers/${missing}/models`],
    ["post", `/providers/${missing}/models`],
    ["delete", "/providers/models/model_x"],
  ] as const)("%s %s: 401 without a caller, 403 for anyone but an admin", async (method, path) => {
    expect((await api[method](path)).status).toBe(401);
    for (const role of ["manager", "user", "viewer"]) {
      const { bearer } = await makePerson(t.db, { role });
      expect((await api.as(bearer)[method](path)).status).toBe(403);
    }
  });

  test("missing and deleted give the same answer, whatever is asked of it", async () => {
    const { caller, provider } = await makeProvider({ models: ["m"] });
    const credential = await caller.post(`/providers/${provider.id}/credentials`, { name: "c", api_key: "k" });
    expect((await caller.delete(`/providers/${provider.id}`)).status).toBe(204);
    const bodies = { base_url: url };
    for (const id of [provider.id, missing]) {
      const path = `/providers/${id}`;
      const answers = await Promise.all([
        caller.get(path),
        caller.put(path, bodies),
        caller.patch(path, bodies),
        caller.delete(path),
        caller.post(`${path}/test`),
        caller.get(`${path}/credentials`),
        caller.post(`${path}/credentials`, { name: "c", api_key: "k" }),
        caller.patch(`${path}/credentials/${credential.body.id}`, {}),
        caller.delete(`${path}/credentials/${credential.body.id}`),
        caller.get(`${path}/models`),
        caller.post(`${path}/models`, { name: "m" }),
      ]);
      for (const { status, body } of answers) {
        const { request_id: _id, ...error } = body.error;
        expect({ status, error }).toEqual({
          status: 404,
          error: { code: "not_found", message: "No such resource." },
        });
      }
    }
  });
});

describe("reading providers", () => {
  test("with-keys holds those with an enabled credential and no others", async () => {
    const bare = await makeProvider();
    const keyed = await makeProvider({ api_key: "k1" });
    const disabled = await makeProvider();
    await disabled.caller.post(`${disabled.path}/credentials`, { name: "off", api_key: "k2", enabled: false });
    const { body } = await keyed.caller.get("/providers/with-keys?limit=200");
    const ids = body.data.map((provider) => provider.id);
    expect(ids).toContain(keyed.provider.id);
    expect(ids).not.toContain(bare.provider.id);
    expect(ids).not.toContain(disabled.provider.id);
    expect((await disabled.caller.get(disabled.path)).body.has_api_key).toBe(true);
  });

  test("pages by name without skip or repeat, and filters", async () => {
    const caller = await admin();
    for (const name of ["list-c", "list-a", "list-b"]) await makeProvider({ name, enabled: name !== "list-b" });
    let cursor: string | null = "";
    const seen: unknown[] = [];
    do {
      const { body } = await caller.get(`/providers?q=LIST-&sort=name&limit=1${cursor ? `&cursor=${cursor}` : ""}`);
      seen.push(...body.data.map((provider) => provider.name));
      cursor = body.next_cursor;
    } while (cursor);
    expect(seen).toEqual(["list-a", "list-b", "list-c"]);
    const off = await caller.get("/providers?q=list-&enabled=false");
    expect(off.body.data.map((provider) => provider.name)).toEqual(["list-b"]);
    expect((await caller.get("/providers?sort=colour")).status).toBe(422);
  });
});

describe("changing a provider", () => {
  test("api_key is tri-state: absent keeps, null clears, a value sets", async () => {
    const { caller, provider, path } = await makeProvider({ api_key: "first" });
    const change = async (method: "put" | "patch", body: Record<string, unknown>) => {
      const answer = await caller[method](path, body);
      expect(answer.status).toBe(200);
      return { has: answer.body.has_api_key, stored: await storedKeys(provider.id) };
    };
    for (const method of ["patch", "put"] as const) {
      const base = method === "put" ? { base_url: url } : {};
      expect(await change(method, { ...base, api_key: "first" })).toEqual({ has: true, stored: { default: "first" } });
      expect(await change(method, { ...base, display_name: "x" })).toEqual({ has: true, stored: { default: "first" } });
      expect(await change(method, { ...base, api_key: "second" })).toEqual({
        has: true,
        stored: { default: "second" },
      });
      expect(await change(method, { ...base, api_key: null })).toEqual({ has: false, stored: {} });
      expect(await change(method, { ...base, display_name: "y" })).toEqual({ has: false, stored: {} });
      expect(await change(method, { ...base, api_key: "third" })).toEqual({ has: true, stored: { default: "third" } });
    }
  });

  test("setting the key keeps what an admin set on the credential, and lifts its cooldown", async () => {
    const { caller, provider, path } = await makeProvider({ api_key: "first" });
    const { body } = await caller.get(`${path}/credentials`);
    await caller.patch(`${path}/credentials/${body.data[0]?.id}`, { weight: 7 });
    const until = new Date(Date.now() + 60_000);
    await t.db.credential.updateMany({
      where: { provider_id: provider.id },
      data: { cooldown_until: until, cooldown_cause: "rate_limited" },
    });
    await caller.patch(path, { api_key: "second" });
    const after = await caller.get(`${path}/credentials`);
    expect(after.body.data).toMatchObject([{ id: body.data[0]?.id, name: "default", weight: 7, cooldown_until: null }]);
  });

  test("the audit log tells that the key changed, and not to what", async () => {
    const { caller, provider, path } = await makeProvider({ api_key: "first-0123456789" });
    await caller.patch(path, { api_key: "second-0123456789" });
    await caller.patch(path, { api_key: null });
    const entries = await t.db.auditEntry.findMany({ where: { target_id: provider.id }, orderBy: { seq: "asc" } });
    expect(entries.map((entry) => [entry.action, entry.details])).toEqual([
      ["provider.created", null],
      ["provider.updated", { api_key: "set" }],
      ["provider.updated", { api_key: "cleared" }],
    ]);
    expect(JSON.stringify(entries, (_key, value) => (typeof value === "bigint" ? String(value) : value))).not.toMatch(
      /first-0|second-0/,
    );
  });

  test("PATCH touches what it names; PUT puts the rest back to its default", async () => {
    const { caller, provider, path } = await makeProvider({ display_name: "Nice", api_key: "k" });
    const patched = await caller.patch(path, { enabled: false });
    expect(patched.body).toMatchObject({ display_name: "Nice", enabled: false, base_url: url, version: 2 });
    const put = await caller.put(path, { name: provider.name, base_url: `${url}/v2` });
    expect(put.body).toMatchObject({ display_name: null, enabled: true, base_url: `${url}/v2`, has_api_key: true });
  });

  test.each([
    ["put", { base_url: url, name: "another" }, "name"],
    ["put", {}, "base_url"],
    ["patch", { name: "another" }, "name"],
    ["patch", { enabled: "yes" }, "enabled"],
    ["patch", { base_url: null }, "base_url"],
  ] as const)("%s %j is refused and the field named", async (method, body, field) => {
    const { caller, path } = await makeProvider();
    const answer = await caller[method](path, body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(field);
  });

  test("a stale If-Match is refused and changes nothing, the key included", async () => {
    const { caller, provider, path } = await makeProvider({ api_key: "first" });
    const headers = { "if-match": '"1"' };
    expect((await caller.patch(path, { display_name: "a" }, { headers })).headers.get("etag")).toBe('"2"');
    expect((await caller.patch(path, { api_key: "second" }, { headers })).status).toBe(412);
    expect((await caller.put(path, { base_url: url, api_key: null }, { headers })).status).toBe(412);
    expect(await storedKeys(provider.id)).toEqual({ default: "first" });
  });
});

describe("deleting a provider", () => {
  test("removes its keys for good, hides it and its models, and leaves what usage records name", async () => {
    const { caller, provider, path } = await makeProvider({ api_key: "k", models: ["gone-model"] });
    expect((await caller.delete(path)).status).toBe(204);
    expect(await t.db.credential.count({ where: { provider_id: provider.id } })).toBe(0);
    expect(await t.db.provider.findUnique({ where: { id: provider.id } })).not.toBeNull();
    expect(await t.db.model.count({ where: { provider_id: provider.id } })).toBe(1);
    expect((await caller.get("/models?q=gone-model")).body.data).toEqual([]);
    const listed = await caller.get("/providers?limit=200");
    expect(listed.body.data.map((row) => row.id)).not.toContain(provider.id);
    const [entry] = await t.db.auditEntry.findMany({ where: { target_id: provider.id, action: "provider.deleted" } });
    expect(entry?.before).toMatchObject({ name: provider.name });
  });

  test("makes its name free again: the row comes back with fresh fields, no key, and only the models asked for", async () => {
    const first = await makeProvider({ api_key: "old", display_name: "Old", models: ["kept", "dropped"] });
    await first.caller.delete(first.path);
    const again = await first.caller.post("/providers", {
      name: first.provider.name,
      base_url: "https://other.example.com",
      models: ["kept", "new"],
    });
    expect(again.status).toBe(201);
    expect(again.body).toMatchObject({ id: first.provider.id, display_name: null, has_api_key: false });
    expect(Number(again.body.version)).toBeGreaterThan(2);
    const models = await first.caller.get(`${first.path}/models?sort=name`);
    expect(models.body.data.map((model) => model.name)).toEqual(["kept", "new"]);
  });
});

test("an id of another kind is just missing", async () => {
  const caller = await admin();
  expect((await caller.get(`/providers/${newId("team")}`)).status).toBe(404);
});
