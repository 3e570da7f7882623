import { beforeAll, describe, expect, test } from "vitest";
import * as openapi from "@/app/api/v1/openapi.json/route";
import { routes } from "@/app/api/v1/routes";
import { GET as getDocs } from "@/app/docs/route";
import { GET as getHealth } from "@/app/healthz/route";
import { GET as getMetrics } from "@/app/metrics/route";
import { GET as getReadiness } from "@/app/readyz/route";
import { newId } from "@/lib/ids";
import { type KeyRing, parseKeyRing, seal } from "@/lib/secrets/key-ring";
import { checkReadiness, probe } from "@/lib/status/readiness";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam, makeUser } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi({ ...routes, "/openapi.json": openapi, "/metrics": { GET: getMetrics } });
let admin: typeof api;
beforeAll(async () => {
  admin = api.as(await makeAdminBearer(t.db));
});

test("/healthz says that the process is up", async () => {
  const answer = getHealth();
  expect([answer.status, await answer.text()]).toEqual([200, "ok\n"]);
});

describe("/readyz", () => {
  const ring = parseKeyRing("now:5QznN13aFQIExt8inyCzv2z7dOt+6nwPhKV6Tlou+DU=");
  const place = { table: "webhooks", row: "x", field: "secret" };
  const sample = (key_id: string, sealing: KeyRing) => ({ ...place, key_id, sealed: seal(sealing, place, "whsec") });
  const other = (id: string) => parseKeyRing(`${id}:${Buffer.alloc(32, 7).toString("base64")}`);
  const good = {
    askDatabase: async () => 1,
    listPending: async () => ({ pending: [], unknown: [], failed: [] }),
    sampleSealed: async () => [sample("now", ring)],
    ring,
  };

  test("is 200 where database, schema and keys are as they should be", async () => {
    const answer = await getReadiness();
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: "ok", checks: { database: "ok", schema: "ok", key_ring: "ok" } });
  });

  test.each([
    ["database", { askDatabase: () => Promise.reject(new Error("connect ECONNREFUSED 10.1.2.3")) }],
    ["schema", { listPending: async () => ({ pending: ["2_next"], unknown: [], failed: [] }) }],
    ["schema", { listPending: async () => ({ pending: [], unknown: ["3_newer"], failed: [] }) }],
    ["schema", { listPending: async () => ({ pending: [], unknown: [], failed: ["1_half"] }) }],
    ["key_ring", { sampleSealed: async () => [sample("now", ring), sample("lost", other("lost"))] }],
    ["key_ring", { sampleSealed: async () => [sample("now", other("now"))] }],
  ])("names what fails and not why: %s", async (name, broken) => {
    const readiness = await probe({ ...good, ...broken });
    const checks = { database: "ok", schema: "ok", key_ring: "ok", [name]: "failed" };
    expect(readiness).toEqual({ status: "failed", checks });
  });

  test("takes no damaged secret for a wrong key", async () => {
    const samples = [sample("now", ring), sample("now", other("now"))];
    expect((await probe({ ...good, sampleSealed: async () => samples })).status).toBe("ok");
  });

  test("is 503 while a stored secret cannot be opened, and looks again after a moment", async () => {
    const webhook = await t.db.webhook.create({
      data: {
        id: newId("webhook"),
        url: "https://receiver.test",
        events: [],
        secret: seal(
          parseKeyRing("lost:5QznN13aFQIExt8inyCzv2z7dOt+6nwPhKV6Tlou+DU="),
          { table: "webhooks", row: "x", field: "secret" },
          "whsec",
        ),
      },
    });
    expect((await admin.get("/status")).body.encryption_keys).toEqual([
      { id: "test", active: true, known: true, secrets: 0 },
      { id: "lost", active: false, known: false, secrets: 1 },
    ]);
    const later = performance.now() + 2_000;
    expect((await checkReadiness(later)).checks).toEqual({ database: "ok", schema: "ok", key_ring: "failed" });
    const answer = await getReadiness();
    expect(answer.status).toBe(503);
    expect(JSON.stringify(await answer.json())).not.toContain("lost");
    await t.db.webhook.delete({ where: { id: webhook.id } });
    expect((await checkReadiness(later + 1_001)).status).toBe("ok");
  });
});

describe("/metrics", () => {
  test("is for those who may read everybody's usage", async () => {
    expect((await api.get("/metrics")).status).toBe(401);
    const { user, bearer } = await makePerson(t.db);
    expect((await api.as(bearer).get("/metrics")).status).toBe(403);
    await makeMember(t.db, await makeTeam(t.db), user, "owner");
    expect((await api.as(bearer).get("/metrics")).status).toBe(403);
    const scraper = api.as((await makeKey(t.db, { type: "admin", scopes: ["usage.read"] })).secret);
    const answer = await scraper.get("/metrics");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("text/plain");
    expect(answer.body.text).toContain("process_cpu_seconds_total");
  });
});

describe("/api/v1/status", () => {
  test("tells the state of this server, with what is in use counted", async () => {
    const before = (await admin.get("/status")).body;
    await makeUser(t.db);
    await makeTeam(t.db);
    await makeKey(t.db, { type: "virtual" });
    await makeKey(t.db, { type: "virtual", revoked_at: new Date() });
    await makeKey(t.db, { type: "virtual", expires_at: new Date(Date.now() - 1_000) });
    const provider = await t.db.provider.create({
      data: { id: newId("provider"), name: "here", base_url: "https://a.test" },
    });
    await t.db.provider.create({
      data: { id: newId("provider"), name: "gone", base_url: "https://a.test", deleted_at: new Date() },
    });
    await t.db.model.create({ data: { id: newId("model"), provider_id: provider.id, name: "m", upstream_name: "m" } });
    const { status, body } = await admin.get("/status");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      embedded: false,
      simulator: { enabled: false },
    });
    expect(body.migrations).toEqual({ applied: expect.any(Number), pending: 0 });
    const old = before.counts as Record<string, number>;
    const names = ["users", "teams", "keys", "providers", "models"];
    expect(body.counts).toEqual(Object.fromEntries(names.map((name) => [name, (old[name] ?? 0) + 1])));
  });

  test("is for those who may read the settings", async () => {
    expect((await api.get("/status")).status).toBe(401);
    expect((await api.as((await makePerson(t.db, { role: "manager" })).bearer).get("/status")).status).toBe(403);
  });
});

test("/api/v1/openapi.json is open to all and is OpenAPI 3.1 of this server", async () => {
  const { status, body } = await api.get("/openapi.json");
  expect(status).toBe(200);
  expect(body).toMatchObject({ openapi: "3.1.0", servers: [{ url: "http://127.0.0.1:3000" }] });
  expect(Object.keys(body.paths as object)).toContain("/api/v1/openapi.json");
});

test("/docs names nothing outside this server and lets its script reach nothing else", async () => {
  const answer = getDocs();
  const page = await answer.text();
  expect(page).not.toMatch(/(https?:)?\/\/[a-z]/i);
  expect(page).toContain('src="/scalar.js"');
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
});
