import { beforeAll, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { getConfig } from "@/lib/config/config";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { type Browser, configure, openSignIn } from "@/lib/testing/sign-in";
import { ensureMasterKey } from "./master-key";
import { decodeSession } from "./session-token";

const t = openTestDatabase();
const stage = openSignIn();
const api = createApi(routes);
const masterKey = "a-master-key-for-this-file-9Xq2";
let masterKeyId: string;

beforeAll(async () => {
  masterKeyId = await ensureMasterKey(t.db, masterKey);
});

/** Sends the form; the reason that the answer gives, null where there is none. */
async function send(browser: Browser, key: string, address = "203.0.113.7"): Promise<string | null> {
  const { csrfToken } = await (await browser.request("/api/auth/csrf")).json();
  const body = new URLSearchParams({ csrfToken, json: "true", master_key: key });
  const headers = { origin: stage.url, "x-forwarded-for": `${address}, 10.0.0.1` };
  const answer = await browser.request("/api/auth/callback/master-key", { method: "POST", body, headers });
  return new URL(((await answer.json()) as { url: string }).url).searchParams.get("error");
}

const lastSignIn = () => t.db.signIn.findFirst({ orderBy: { id: "desc" } });

async function expectNobody(browser: Browser, reason: Promise<string | null>, code: string): Promise<void> {
  const sessions = await t.db.session.count();
  expect(await reason).toBe(code);
  expect(browser.session).toBeUndefined();
  expect(await t.db.session.count()).toBe(sessions);
  expect(await lastSignIn()).toMatchObject({ method: "master_key", outcome: code });
}

describe("signing in with the master key", () => {
  test("opens a session of the key's row, audited and recorded with the client's own address", async () => {
    const browser = stage.browser();
    expect(await send(browser, ` ${masterKey}\n`)).toBeNull();
    const session = await t.db.session.findFirstOrThrow({ where: { master_key_id: masterKeyId } });
    expect(session).toMatchObject({ user_id: null, address: "203.0.113.7", client: "a test's browser" });
    const claims = await decodeSession(browser.session ?? "", getConfig().nextAuthSecret);
    expect(claims).toEqual({ sid: session.id, sub: masterKeyId });
    const entries = await t.db.auditEntry.findMany({ where: { address: "203.0.113.7" } });
    expect(entries).toMatchObject([{ action: "session.created", actor_type: "master", target_id: masterKeyId }]);
    expect(await lastSignIn()).toMatchObject({ method: "master_key", outcome: "ok", address: "203.0.113.7" });
  });

  test.each(["a-wrong-key", ""])("refuses %j and says no more", async (key) => {
    const browser = stage.browser();
    await expectNobody(browser, send(browser, key, "203.0.113.8"), "master_key_wrong");
  });

  test("after ten failures the address is told to wait, and no other", async () => {
    const browser = stage.browser();
    for (let attempt = 0; attempt < 10; attempt++)
      expect(await send(browser, `guess-${attempt}`, "203.0.113.9")).toBe("master_key_wrong");
    await expectNobody(browser, send(browser, "guess-11", "203.0.113.9"), "rate_limited");
    await expectNobody(browser, send(browser, "guess-11", "203.0.113.10"), "master_key_wrong");
  });

  test("can be switched off: the right key opens no session then, and an open one counts no more; as a bearer it stays", async () => {
    const browser = stage.browser();
    await send(browser, masterKey);
    const cookie = { headers: { cookie: browser.cookieHeader } };
    expect((await api.get("/teams", cookie)).status).toBe(200);
    await t.db.settings.update({ where: { id: 1 }, data: { data: { master_key_sign_in: false } } });
    const other = stage.browser();
    await expectNobody(other, send(other, masterKey), "master_key_disabled");
    await expectNobody(other, send(other, "a-wrong-key"), "master_key_disabled");
    expect((await api.get("/teams", cookie)).status).toBe(401);
    expect((await api.as(masterKey).get("/teams")).status).toBe(200);
    await t.db.settings.update({ where: { id: 1 }, data: { data: {} } });
  });

  test("a broken database is a code too, and none of its words", async () => {
    const { DATABASE_URL } = process.env;
    process.env.DATABASE_URL = "postgresql://nobody:nothing@127.0.0.1:1/none";
    try {
      expect(await send(stage.browser(), "any", "203.0.113.11")).toBe("internal");
    } finally {
      process.env.DATABASE_URL = DATABASE_URL;
    }
  });

  test("needs next-auth's token, which another site cannot read", async () => {
    const browser = stage.browser();
    const body = new URLSearchParams({ csrfToken: "a-guess", json: "true", master_key: masterKey });
    const answer = await browser.request("/api/auth/callback/master-key", { method: "POST", body });
    expect(await answer.json()).toEqual({ url: expect.stringContaining("csrf=true") });
    expect(browser.session).toBeUndefined();
  });
});

describe("the session", () => {
  test("is one that the API knows as the master key, until that key is retired", async () => {
    const browser = stage.browser();
    await send(browser, masterKey);
    const cookie = browser.cookieHeader;
    expect((await api.get("/teams", { headers: { cookie } })).status).toBe(200);
    const foreign = await api.post("/teams", { name: "x" }, { headers: { cookie, origin: "https://evil.example" } });
    expect(foreign.status).toBe(403);
    const own = { cookie, origin: stage.url };
    expect((await api.post("/teams", { name: "Signed in" }, { headers: own })).status).toBe(201);
    await t.db.masterKey.update({ where: { id: masterKeyId }, data: { retired_at: new Date() } });
    expect((await api.get("/teams", { headers: { cookie } })).status).toBe(401);
    await t.db.masterKey.update({ where: { id: masterKeyId }, data: { retired_at: null } });
  });

  test("ends with its sign-out, which says so where the database does not take it", async () => {
    const browser = stage.browser();
    await send(browser, masterKey);
    const cookie = browser.cookieHeader;
    const { csrfToken } = await (await browser.request("/api/auth/csrf")).json();
    const signOut = () =>
      browser.request("/api/auth/signout", { method: "POST", body: new URLSearchParams({ csrfToken, json: "true" }) });
    const { DATABASE_URL } = process.env;
    process.env.DATABASE_URL = "postgresql://nobody:nothing@127.0.0.1:1/none";
    expect((await signOut()).status).toBe(503);
    process.env.DATABASE_URL = DATABASE_URL;
    expect(browser.session).toBeDefined();
    expect((await signOut()).status).toBe(200);
    expect(browser.session).toBeUndefined();
    expect((await api.get("/teams", { headers: { cookie } })).status).toBe(401);
  });
});

describe("under https", () => {
  test("every cookie is bound to this host, for https and for no script", async () => {
    const configured = configure({ publicUrl: "https://pllm.example.test" });
    try {
      const first = await fetch(`${stage.url}/api/auth/csrf`);
      const answers = [first];
      const { csrfToken } = await first.json();
      const cookie = first.headers
        .getSetCookie()
        .map((line) => line.split(";")[0])
        .join("; ");
      const headers = { cookie, origin: "https://pllm.example.test" };
      for (const [door, fields] of [
        ["callback/master-key", { master_key: masterKey }],
        ["signin/dex", {}],
      ] as const) {
        const body = new URLSearchParams({ csrfToken, json: "true", ...fields });
        answers.push(await fetch(`${stage.url}/api/auth/${door}`, { method: "POST", body, headers }));
      }
      const lines = answers.flatMap((answer) => answer.headers.getSetCookie());
      const names = lines.map((line) => line.split("=")[0]?.replace(/flow\.[^.]+/, "flow"));
      expect([...new Set(names)].sort()).toEqual([
        "__Host-pllm.csrf",
        "__Host-pllm.flow.nonce",
        "__Host-pllm.flow.pkce",
        "__Host-pllm.flow.return",
        "__Host-pllm.flow.state",
        "__Host-pllm.return",
        "__Host-pllm.session",
      ]);
      for (const line of lines) {
        expect(line).toMatch(/; Path=\/(;|$)/);
        expect(line).toMatch(/; HttpOnly/);
        expect(line).toMatch(/; Secure/);
        expect(line).toMatch(/; SameSite=Lax/);
        expect(line).not.toMatch(/; Domain/i);
      }
    } finally {
      configured.restore();
    }
  });
});

test("the session's cookie is kept no longer than the session may last", async () => {
  const browser = stage.browser();
  const lifeOf = (line: string | undefined) =>
    (Date.parse(/Expires=([^;]+)/.exec(line ?? "")?.[1] ?? "") - Date.now()) / 3_600_000;
  const { csrfToken } = await (await browser.request("/api/auth/csrf")).json();
  const body = new URLSearchParams({ csrfToken, json: "true", master_key: masterKey });
  const answer = await browser.request("/api/auth/callback/master-key", { method: "POST", body });
  const line = answer.headers.getSetCookie().find((cookie) => cookie.startsWith("pllm.session="));
  expect(lifeOf(line)).toBeGreaterThan(11.9);
  expect(lifeOf(line)).toBeLessThanOrEqual(12);
});

test("of next-auth's endpoints only those in use are there", async () => {
  const browser = stage.browser();
  for (const path of ["session", "providers", "verify-request", "callback/master-key", "signin/dex", "callback/other"])
    expect((await browser.request(`/api/auth/${path}`)).status, path).toBe(404);
  for (const path of ["_log", "session", "signin/master-key", "callback/dex", "signin"])
    expect((await browser.post(`/api/auth/${path}`, {})).status, path).toBe(404);
  const large = await browser.post("/api/auth/callback/master-key", { master_key: "x".repeat(10_000) });
  expect(large.status).toBe(413);
});
