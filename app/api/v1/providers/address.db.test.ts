/** Where a provider's key may be sent: only to the host that it was given for, and never into a private network. */
import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { getConfig } from "@/lib/config/config";
import { unseal } from "@/lib/secrets/key-ring";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
const admin = async () => api.as(await makeAdminBearer(t.db));
const url = "https://models.example.com/v1";

let count = 0;
async function makeProvider(fields: Record<string, unknown> = {}) {
  const caller = await admin();
  const { status, body } = await caller.post("/providers", { name: `a${++count}`, base_url: url, ...fields });
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

describe("an address in a private network", () => {
  test.each([
    "http://127.0.0.1:8080/v1",
    "http://localhost/v1",
    "http://2130706433/v1",
    "http://[::1]/v1",
    "http://10.1.2.3/v1",
    "http://169.254.169.254/latest",
  ])("is refused: %s", async (base_url) => {
    const caller = await admin();
    const created = await caller.post("/providers", { name: "inside", base_url });
    expect(created.status).toBe(422);
    expect(created.body.error.fields[0]?.path).toBe("base_url");
    const { path } = await makeProvider();
    expect((await caller.patch(path, { base_url })).body.error.fields[0]?.path).toBe("base_url");
  });
});

describe("an address never moves under a stored key", () => {
  const elsewhere = "https://other.example.com/v1";

  test.each([
    ["another host", elsewhere],
    ["another port", "https://models.example.com:8443/v1"],
    ["the clear", "http://models.example.com/v1"],
  ])("to %s: 409, and nothing changes", async (_where, base_url) => {
    const { caller, provider, path } = await makeProvider({ api_key: "mine" });
    for (const answer of [
      await caller.patch(path, { base_url, display_name: "moved" }),
      await caller.put(path, { base_url }),
    ]) {
      expect(answer.status).toBe(409);
      expect(answer.body.error).toMatchObject({
        fields: [{ path: "base_url" }],
        details: { credentials: ["default"] },
      });
    }
    expect((await caller.get(path)).body).toMatchObject({ base_url: url, display_name: null, version: 1 });
    expect(await storedKeys(provider.id)).toEqual({ default: "mine" });
  });

  test("moves together with a new key, or with the key cleared, or when there is none", async () => {
    const replaced = await makeProvider({ api_key: "mine" });
    expect((await replaced.caller.patch(replaced.path, { base_url: elsewhere, api_key: "theirs" })).status).toBe(200);
    expect(await storedKeys(replaced.provider.id)).toEqual({ default: "theirs" });
    const cleared = await makeProvider({ api_key: "mine" });
    expect((await cleared.caller.patch(cleared.path, { base_url: elsewhere, api_key: null })).status).toBe(200);
    const bare = await makeProvider();
    expect((await bare.caller.patch(bare.path, { base_url: elsewhere })).status).toBe(200);
  });

  test("a further credential, even a disabled one, holds it where the default key alone would not", async () => {
    const { caller, path } = await makeProvider({ api_key: "mine" });
    const spare = { name: "spare", api_key: "other", enabled: false, weight: 0 };
    const { body } = await caller.post(`${path}/credentials`, spare);
    const move = { base_url: elsewhere, api_key: "theirs" };
    expect((await caller.patch(path, move)).body.error.details).toEqual({ credentials: ["spare"] });
    await caller.delete(`${path}/credentials/${body.id}`);
    expect((await caller.patch(path, move)).status).toBe(200);
  });

  test("another path on the same host keeps the key", async () => {
    const { caller, path } = await makeProvider({ api_key: "mine" });
    expect((await caller.patch(path, { base_url: "https://models.example.com/openai/v1" })).status).toBe(200);
  });

  test("not even when address and key change at the same moment", async () => {
    for (let round = 0; round < 20; round++) {
      const { caller, provider, path } = await makeProvider();
      const [moved, added] = await Promise.all([
        caller.patch(path, { base_url: elsewhere }),
        caller.post(`${path}/credentials`, { name: "c", api_key: "k" }),
      ]);
      expect(added.status).toBe(201);
      if (moved.status === 409) continue;
      // Both went through: then the key came to a provider that had already moved.
      const order = await t.db.auditEntry.findMany({
        where: { target_id: { in: [provider.id, added.body.id] }, action: { not: "provider.created" } },
        orderBy: { seq: "asc" },
      });
      expect(order.map((entry) => entry.action)).toEqual(["provider.updated", "credential.created"]);
    }
  });
});
