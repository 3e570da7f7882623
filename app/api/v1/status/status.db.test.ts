import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { newId } from "@/lib/ids";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer } from "@/lib/testing/factories";

const t = openTestDatabase();
const clientSecret = "canary-client-secret-9fQ2";
let issuer = "";
let provider: Server;
/** What the issuer does with a question for its document. */
let answer: (response: ServerResponse) => void;

const documentOf = (name: string) => ({
  issuer: name,
  authorization_endpoint: `${name}/auth`,
  token_endpoint: `${name}/token`,
  jwks_uri: `${name}/keys`,
});

beforeAll(async () => {
  provider = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  issuer = "http://localhost:5556/dex";
  process.env.DEX_ISSUER = issuer;
  process.env.DEX_INTERNAL_ISSUER = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/dex`;
  process.env.DEX_CLIENT_ID = "pllm";
  process.env.DEX_CLIENT_SECRET = clientSecret;
  process.env.SMTP_URL = "smtps://sender:canary-password@mail.example.com?from=alerts@example.com";
});
// What was read of the issuer is kept for a moment, for this process as for any other.
beforeEach(() => Reflect.deleteProperty(globalThis, "pllmIssuer"));
afterAll(() => new Promise<void>((resolve) => provider.close(() => resolve())));

async function readSignIn() {
  const api = createApi(routes).as(await makeAdminBearer(t.db));
  const { status, body } = await api.get("/status");
  expect(status).toBe(200);
  expect(JSON.stringify(body)).not.toContain(clientSecret);
  return body.sign_in as { discovery: { state: string; reason: string | null } };
}

test("says how sign-in is set up and that the issuer answers, without the secret", async () => {
  answer = (response) => response.end(JSON.stringify(documentOf(issuer)));
  expect(await readSignIn()).toEqual({
    enabled: true,
    development: false,
    issuer,
    internal_issuer: process.env.DEX_INTERNAL_ISSUER,
    client_id: "pllm",
    redirect_url: "http://127.0.0.1:3000/api/auth/callback/dex",
    discovery: { state: "ok", reason: null },
  });
});

test.each([
  ["answers with an error", (response: ServerResponse) => response.writeHead(502).end(), /status 502/],
  [
    "says that it is another",
    (response: ServerResponse) => response.end(JSON.stringify(documentOf("http://evil.test"))),
    /another issuer: http:\/\/evil\.test/,
  ],
  ["hangs up", (response: ServerResponse) => response.destroy(), /./],
])("an issuer that %s is told with the reason", async (_what, behaviour, reason) => {
  answer = behaviour;
  const { discovery } = await readSignIn();
  expect(discovery.state).toBe("failed");
  expect(discovery.reason).toMatch(reason);
});

test("an issuer that does not answer holds the page up for two seconds at most, and counts once it has answered", async () => {
  let release: (() => void) | undefined;
  answer = (response) => {
    release = () => response.end(JSON.stringify(documentOf(issuer)));
  };
  const startedAt = performance.now();
  expect((await readSignIn()).discovery).toEqual({ state: "failed", reason: "no answer within 2 seconds" });
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  release?.();
  expect((await readSignIn()).discovery.state).toBe("ok");
});

test("says how background work stands, and where mail comes from without its password", async () => {
  const now = Date.now();
  const job = (id: string, fields: object) =>
    t.db.job.create({ data: { id, name: "mail.send", payload: {}, run_at: new Date(now - 60_000), ...fields } });
  await job("job_due", {});
  await job("job_later", { run_at: new Date(now + 60_000) });
  await job("job_held", { locked_until: new Date(now + 60_000), locked_by: "somebody" });
  await job("job_orphan", { locked_until: new Date(now - 1), locked_by: "nobody any more" });
  await job("job_dead", { failed_at: new Date(now - 1_000), last_error: "canary-cause" });
  const { body } = await createApi(routes)
    .as(await makeAdminBearer(t.db))
    .get("/status");
  expect(body.jobs).toEqual({
    due: 2,
    oldest_due_at: new Date(now - 60_000).toISOString(),
    running: 1,
    failed: [{ name: "mail.send", count: 1, last_at: new Date(now - 1_000).toISOString() }],
  });
  expect(JSON.stringify(body)).not.toContain("canary");
  expect(body.mail).toEqual({ enabled: true, sender: "pLLM <alerts@example.com>" });
});

type Looked = "unpriced_models" | "failing_webhooks" | "cooling_providers";

test("counts what somebody should look at", async () => {
  const api = createApi(routes).as(await makeAdminBearer(t.db));
  const read = async () => (await api.get("/status")).body.attention as Record<Looked, number>;
  const before = await read();
  const made = await api.post("/providers", {
    name: "rest",
    base_url: "https://models.example.com/v1",
    api_key: "sk-resting",
    models: ["nobody-knows-my-price"],
  });
  expect(made.status).toBe(201);
  expect(await read()).toEqual({ ...before, unpriced_models: before.unpriced_models + 1 });
  await t.db.credential.updateMany({
    where: { provider_id: made.body.id },
    data: { cooldown_until: new Date(Date.now() + 60_000) },
  });
  expect((await read()).cooling_providers).toBe(before.cooling_providers + 1);
  await t.db.provider.update({ where: { id: made.body.id }, data: { enabled: false } });
  expect(await read()).toEqual(before);
  await t.db.webhook.create({
    data: { id: newId("webhook"), url: "https://example.com", secret: "v1.x", failing_since: new Date() },
  });
  expect((await read()).failing_webhooks).toBe(before.failing_webhooks + 1);
});
