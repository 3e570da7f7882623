import { beforeEach, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { decodeSession } from "@/lib/auth/session-token";
import { getConfig } from "@/lib/config/config";
import { unseal } from "@/lib/secrets/key-ring";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeUser } from "@/lib/testing/factories";
import { configure, openSignIn } from "@/lib/testing/sign-in";

const t = openTestDatabase();
const stage = openSignIn();
const api = createApi(routes);

let person: { sub: string; email: string };
let count = 0;
beforeEach(() => {
  count += 1;
  person = { sub: `subject-${count}`, email: `person-${count}@example.test` };
  stage.issuer.person = { ...person, email_verified: true, name: "Ada", groups: ["engineers"] };
});

const cookieOf = (browser: { cookieHeader: string }) => ({ headers: { cookie: browser.cookieHeader } });
const lastSignIn = () => t.db.signIn.findFirstOrThrow({ orderBy: { id: "desc" } });

describe("signing in", () => {
  test("makes an account, opens a session that the API knows, and leads where the browser was going", async () => {
    const browser = stage.browser();
    expect((await browser.signIn("/keys?q=1")).href).toBe(`${stage.url}/keys?q=1`);
    const me = await api.get("/me", cookieOf(browser));
    expect(me.body).toMatchObject({ kind: "session", user: { email: person.email, name: "Ada" }, role: "user" });
    const user = await t.db.user.findUniqueOrThrow({ where: { email: person.email }, include: { sessions: true } });
    expect(user).toMatchObject({ created_via: "oidc", sessions: [{ client: "a test's browser", ended_at: null }] });
    expect(await lastSignIn()).toMatchObject({ outcome: "ok", method: "oidc", user_id: user.id, subject: person.sub });
  });

  test("asks for what it needs, with PKCE, state and nonce, and sends nothing else", async () => {
    const address = await stage.browser().start();
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: "pllm",
      scope: "openid profile email groups offline_access",
      response_type: "code",
      redirect_uri: `${stage.url}/api/auth/callback/dex`,
      state: expect.stringMatching(/^.{43}$/),
      nonce: expect.stringMatching(/^.{43}$/),
      code_challenge: expect.stringMatching(/^.{43}$/),
      code_challenge_method: "S256",
    });
  });

  test("leaves one cookie, with ids in it and nothing about the person", async () => {
    const browser = stage.browser();
    await browser.signIn();
    expect([...browser.cookies.keys()].sort()).toEqual(["pllm.csrf", "pllm.return", "pllm.session"]);
    const { id, sessions } = await t.db.user.findUniqueOrThrow({
      where: { email: person.email },
      include: { sessions: true },
    });
    const claims = await decodeSession(browser.session ?? "", getConfig().nextAuthSecret);
    expect(claims).toEqual({ sid: sessions[0]?.id, sub: id });
  });

  test("keeps the refresh token sealed, and says when it is to be used", async () => {
    await stage.browser().signIn();
    const identity = await t.db.identity.findFirstOrThrow({ where: { subject: person.sub } });
    const place = { table: "identities", row: identity.id, field: "refresh_token" };
    expect(unseal(getConfig().encryptionKeys, place, identity.refresh_token ?? "")).toMatch(/^[0-9a-f-]{36}$/);
    const waitMs = (identity.refresh_due_at?.getTime() ?? 0) - identity.last_sync_at.getTime();
    expect(Math.abs(waitMs - 15 * 60_000)).toBeLessThan(5_000);
  });

  test("again is the same account, and ends the session whose cookie it replaces", async () => {
    const browser = stage.browser();
    await browser.signIn();
    const old = cookieOf(browser);
    await browser.signIn();
    expect((await api.get("/me", old)).status).toBe(401);
    expect((await api.get("/me", cookieOf(browser))).status).toBe(200);
    expect(await t.db.identity.count({ where: { subject: person.sub } })).toBe(1);
  });
});

describe("several tabs", () => {
  test("sign in side by side, in any order, each to its own page", async () => {
    const browser = stage.browser();
    const [first, second] = [await browser.start("/keys"), await browser.start("/usage")];
    const answers = [await browser.visitProvider(first), await browser.visitProvider(second)];
    expect((await browser.finish(answers[1] as URL)).pathname).toBe("/usage");
    expect((await browser.finish(answers[0] as URL)).pathname).toBe("/keys");
    expect([...browser.cookies.keys()].filter((name) => name.includes("flow"))).toEqual([]);
  });

  test("push the oldest out when there are more than four, and nobody is signed in by that one", async () => {
    const browser = stage.browser();
    const addresses: URL[] = [];
    for (let tab = 0; tab < 5; tab++) addresses.push(await browser.start());
    const flows = new Set([...browser.cookies.keys()].flatMap((name) => /^pllm\.flow\.([^.]+)/.exec(name)?.[1] ?? []));
    expect(flows.size).toBe(4);
    expect(browser.cookieHeader.length).toBeLessThan(8_000);
    const ends = [];
    for (const address of addresses) ends.push(await browser.finish(await browser.visitProvider(address)));
    expect(ends.filter((end) => end.pathname === "/error")).toHaveLength(1);
    expect(ends.filter((end) => end.pathname === "/")).toHaveLength(4);
  });

  test("are not pushed out by a form that another site sends", async () => {
    const browser = stage.browser();
    for (let tab = 0; tab < 4; tab++) await browser.start();
    const before = [...browser.cookies.keys()].filter((name) => name.includes("flow"));
    const body = new URLSearchParams({ csrfToken: "a-guess", json: "true" });
    for (let form = 0; form < 6; form++) await browser.request("/api/auth/signin/dex", { method: "POST", body });
    expect([...browser.cookies.keys()].filter((name) => name.includes("flow"))).toEqual(before);
  });
});

describe("where the server reaches the issuer by another name", () => {
  test("tokens and keys are fetched there, browsers go to the public name, and tokens name the public issuer", async () => {
    const { issuer } = stage;
    const own = issuer.issuer;
    issuer.issuer = "https://dex.example.test/dex";
    const configured = configure({ dexIssuer: issuer.issuer, dexInternalIssuer: `${issuer.url}/dex` });
    try {
      const browser = stage.browser();
      const address = await browser.start();
      expect(address.href).toMatch(/^https:\/\/dex\.example\.test\/dex\/auth\?/);
      issuer.requests.splice(0);
      const there = new URL(issuer.url);
      const local = new URL(address.href.replace("https://dex.example.test", there.origin));
      expect((await browser.finish(await browser.visitProvider(local))).pathname).toBe("/");
      const asked = issuer.requests.filter(({ path }) => !path.endsWith("/auth"));
      expect(asked.map(({ path }) => path)).toEqual(["/dex/token", "/dex/keys"]);
      expect(new Set(asked.map(({ host }) => host))).toEqual(new Set([there.host]));
      const identity = await t.db.identity.findFirstOrThrow({ where: { subject: person.sub } });
      expect(identity.issuer).toBe("https://dex.example.test/dex");
    } finally {
      configured.restore();
      issuer.issuer = own;
    }
  });
});

describe("a failure has its page and its record", () => {
  const failsWith = async (code: string) => {
    const browser = stage.browser();
    const sessions = await t.db.session.count();
    const end = await browser.signIn();
    expect([end.origin, end.pathname, end.searchParams.get("error")]).toEqual([stage.url, "/error", code]);
    expect(browser.session).toBeUndefined();
    expect(await t.db.session.count()).toBe(sessions);
    expect(await lastSignIn()).toMatchObject({ outcome: code, method: "oidc" });
  };

  test("where users are not created", async () => {
    await t.db.settings.update({ where: { id: 1 }, data: { data: { auto_create_users: false } } });
    await failsWith("user_creation_disabled");
    await t.db.settings.update({ where: { id: 1 }, data: { data: {} } });
    expect(await lastSignIn()).toMatchObject({ email: person.email, claims: { groups: ["engineers"] } });
  });

  test("where the account is disabled", async () => {
    await stage.browser().signIn();
    await t.db.user.update({ where: { email: person.email }, data: { disabled_at: new Date() } });
    await failsWith("user_disabled");
  });

  test("where the e-mail address is somebody else's", async () => {
    await makeUser(t.db, { email: person.email });
    stage.issuer.person = { ...person, email_verified: false };
    await failsWith("email_unverified");
  });

  test("where the issuer is down, at the start and in the middle", async () => {
    const { issuer } = stage;
    const browser = stage.browser();
    const answer = await browser.visitProvider(await browser.start());
    issuer.isDown = true;
    try {
      expect((await browser.finish(answer)).searchParams.get("error")).toBe("provider_unreachable");
      expect((await browser.start()).pathname).toBe("/error");
      expect(await lastSignIn()).toMatchObject({ outcome: "provider_unreachable" });
    } finally {
      issuer.isDown = false;
    }
    await browser.signIn();
    expect(browser.session).toBeDefined();
  });

  test("where the provider refuses, with its words for an admin", async () => {
    const browser = stage.browser();
    const state = (await browser.start()).searchParams.get("state") ?? "";
    const answer = new URLSearchParams({ error: "access_denied", error_description: "not in the group", state });
    const end = await browser.finish(new URL(`/api/auth/callback/dex?${answer}`, stage.url));
    expect(end.searchParams.get("error")).toBe("provider_refused");
    const details = { error: "access_denied", error_description: "not in the group" };
    expect(await lastSignIn()).toMatchObject({ outcome: "provider_refused", details });
  });

  test("where there is no Dex, its doors are not there", async () => {
    const configured = configure({ dexEnabled: false });
    try {
      const browser = stage.browser();
      expect((await browser.post("/api/auth/signin/dex", {})).status).toBe(404);
      expect((await browser.request("/api/auth/callback/dex?code=x&state=y")).status).toBe(404);
    } finally {
      configured.restore();
    }
  });
});

test("an issuer that is down leaves open sessions alone", async () => {
  const browser = stage.browser();
  await browser.signIn();
  stage.issuer.isDown = true;
  try {
    expect((await api.get("/me", cookieOf(browser))).status).toBe(200);
  } finally {
    stage.issuer.isDown = false;
  }
});

test("signing out ends the session itself, not only its cookie", async () => {
  const browser = stage.browser();
  await browser.signIn();
  const kept = cookieOf(browser);
  const session = await t.db.session.findFirstOrThrow({ where: { user: { email: person.email } } });
  expect((await browser.post("/api/auth/signout", {})).status).toBe(200);
  expect(browser.session).toBeUndefined();
  expect((await api.get("/me", kept)).status).toBe(401);
  const where = { action: "session.ended", target_id: session.id, actor_name: person.email };
  expect(await t.db.auditEntry.count({ where })).toBe(1);
});
