import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { get } from "node:http";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { refreshDue } from "@/lib/auth/oidc/refresh";
import { findFreePort } from "@/lib/boot/embedded-postgres";
import { systemContext } from "@/lib/context";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { Browser, configure, type SignInServer, startSignInServer } from "@/lib/testing/sign-in";
import { developmentMapping, developmentPeople, developmentTeam, subjectOf } from "./people";
import { type DevelopmentIdentity, startDevelopmentIdentity } from "./provider";
import { ensureDevelopmentTeam } from "./team";

const t = openTestDatabase();
const api = createApi(routes);
const home = mkdtempSync(path.join(os.tmpdir(), "pllm-dev-identity-"));
const facts = { embedded: true, dexIssuer: null, isDexOff: false, nodeEnv: undefined, publicUrl: null };
let server: SignInServer;
let identity: DevelopmentIdentity;
let configured: { restore(): void };

const said = [vi.spyOn(console, "warn"), vi.spyOn(console, "info"), vi.spyOn(console, "log")];

function start(): Promise<DevelopmentIdentity> {
  const redirectUrl = `${server.url}/api/auth/callback/dex`;
  return startDevelopmentIdentity({ home, publicUrl: server.url, redirectUrl, facts, findPort: findFreePort });
}

function connect(): { restore(): void } {
  return configure({
    publicUrl: server.url,
    developmentSignIn: true,
    dexEnabled: true,
    dexIssuer: identity.issuer,
    dexInternalIssuer: identity.url,
    dexClientId: identity.clientId,
    dexClientSecret: identity.clientSecret,
  });
}

beforeAll(async () => {
  server = await startSignInServer();
  identity = await start();
  configured = connect();
  await ensureDevelopmentTeam(systemContext(t.db, "boot"));
});

afterEach(() => {
  for (const spy of said) expect(spy).not.toHaveBeenCalled();
});

afterAll(async () => {
  configured.restore();
  server.close();
  await identity.close();
  rmSync(home, { recursive: true });
});

/** Signs in as one of the four, as a person does: from our page to the list, a choice, and back. */
async function signInAs(username: string, browser = new Browser(server.url)): Promise<{ browser: Browser; end: URL }> {
  const there = new Browser(identity.url);
  const asked = await there.request((await browser.start()).href);
  const list = new URL(asked.headers.get("location") ?? "", identity.url);
  expect(await (await there.request(list.href)).text()).toContain("Development sign-in");
  let answer = await there.request(list.href, { method: "POST", body: new URLSearchParams({ person: username }) });
  let address = new URL(answer.headers.get("location") ?? "", identity.url);
  while (address.origin === new URL(identity.url).origin) {
    answer = await there.request(address.href);
    address = new URL(answer.headers.get("location") ?? "", identity.url);
  }
  return { browser, end: await browser.finish(address) };
}

const meOf = async (browser: Browser) => (await api.get("/me", { headers: { cookie: browser.cookieHeader } })).body;

describe("each of the four is what they are called", () => {
  test.each([
    ["ada", "admin", [], true],
    ["otto", "user", [[developmentTeam, "owner"]], false],
    ["dora", "user", [[developmentTeam, "member"]], false],
    ["vera", "viewer", [], false],
  ])("%s: %s of %j", async (username, role, teams, maySettings) => {
    const { browser, end } = await signInAs(username);
    expect(end.href).toBe(`${server.url}/`);
    const me = await meOf(browser);
    const person = developmentPeople.find((candidate) => candidate.username === username);
    expect(me).toMatchObject({ role, user: { email: person?.email, name: person?.name } });
    expect((me.teams as { name: string; role: string }[]).map((team) => [team.name, team.role])).toEqual(teams);
    const settings = await api.get("/settings", { headers: { cookie: browser.cookieHeader } });
    expect(settings.status).toBe(maySettings ? 200 : 403);
  });

  test("under a subject as Dex writes it: user and connector in one", async () => {
    const { subject } = await t.db.identity.findFirstOrThrow({ where: { email: "ada@development.example" } });
    const bytes = Buffer.from(subject, "base64url");
    expect([bytes[0], bytes[1]]).toEqual([0x0a, 36]);
    expect(bytes.subarray(2, 38).toString()).toBe(developmentPeople[0]?.userId);
    expect([bytes[38], bytes[39], bytes.subarray(40).toString()]).toEqual([0x12, 11, "development"]);
    expect(new Set(developmentPeople.map(subjectOf)).size).toBe(4);
  });
});

test("one browser may become somebody else: the list comes each time", async () => {
  const { browser } = await signInAs("vera");
  await signInAs("ada", browser);
  expect((await meOf(browser)).role).toBe("admin");
});

test("the mapping is a default of the settings: shown, and an admin's to change", async () => {
  const { browser } = await signInAs("ada");
  const headers = { cookie: browser.cookieHeader, origin: server.url };
  expect((await api.get("/settings", { headers })).body).toMatchObject({ ...developmentMapping, managed_by: {} });
  const changed = await api.patch("/settings", { group_to_role: { "development:viewers": "manager" } }, { headers });
  expect(changed.body).toMatchObject({ admin_groups: developmentMapping.admin_groups });
  expect((await meOf((await signInAs("vera")).browser)).role).toBe("manager");
  await t.db.settings.update({ where: { id: 1 }, data: { data: {} } });
});

test("port, keys, and who is signed in outlast a restart; what is kept is for its owner's eyes", async () => {
  const { browser } = await signInAs("dora");
  const before = identity.url;
  await identity.close();
  identity = await start();
  expect(identity.url).toBe(before);
  const later = { now: () => Date.now() + 16 * 60_000 };
  const outcome = await refreshDue(systemContext(t.db, "job:test", later));
  expect(outcome).toEqual({ applied: 4, refused: 0, postponed: 0 });
  expect((await meOf(browser)).role).toBe("user");
  expect((await signInAs("dora")).end.pathname).toBe("/");
  for (const name of ["state.json", "grants.json"]) {
    const file = path.join(home, "development-sign-in", name);
    expect(existsSync(file)).toBe(true);
    expect(statSync(file).mode & 0o077).toBe(0);
  }
});

test("another port keeps everybody who they are", async () => {
  const file = path.join(home, "development-sign-in", "state.json");
  const key = JSON.parse(readFileSync(file, "utf8")).signing_key;
  await identity.close();
  const redirectUrl = `${server.url}/api/auth/callback/dex`;
  const options = { home, publicUrl: server.url, redirectUrl, facts, findPort: () => findFreePort() };
  identity = await startDevelopmentIdentity(options);
  configured.restore();
  configured = connect();
  const people = await t.db.user.count();
  expect((await signInAs("otto")).end.pathname).toBe("/");
  expect(await t.db.user.count()).toBe(people);
  expect(JSON.parse(readFileSync(file, "utf8")).signing_key).toEqual(key);
});

describe("the provider", () => {
  test("answers under its own names only", async () => {
    const { port } = new URL(identity.url);
    // fetch names the host that it connects to, whatever one asks of it.
    const [response] = await once(get({ port, host: "127.0.0.1", headers: { host: "rebound.example" } }), "response");
    expect(response.resume().statusCode).toBe(421);
  });

  test("lets nobody choose for a sign-in that is not theirs", async () => {
    const there = new Browser(identity.url);
    const asked = await there.request((await new Browser(server.url).start()).href);
    const list = new URL(asked.headers.get("location") ?? "", identity.url);
    const stranger = await fetch(list, {
      method: "POST",
      body: new URLSearchParams({ person: "ada" }),
      redirect: "manual",
    });
    expect(stranger.status).toBe(400);
    const odd = await there.request(list.href, { method: "POST", body: new URLSearchParams({ person: "root" }) });
    expect([odd.status, odd.headers.get("location")]).toEqual([200, null]);
  });

  test.each([
    [{ embedded: false }, "DATABASE_URL"],
    [{ dexIssuer: "https://dex.example.test" }, "DEX_ISSUER"],
    [{ isDexOff: true }, "auth.dex.enabled"],
    [{ nodeEnv: "production" }, "NODE_ENV"],
    [{ publicUrl: "https://pllm.example.test" }, "NEXTAUTH_URL"],
  ])("does not start where %j", async (change, named) => {
    const options = {
      home,
      publicUrl: "http://localhost:1",
      redirectUrl: "http://localhost:1/",
      findPort: findFreePort,
    };
    const starting = startDevelopmentIdentity({ ...options, facts: { ...facts, ...change } });
    await expect(starting).rejects.toThrow(named);
  });
});

test("the team is made once, and comes back with its owner only where both are gone", async () => {
  const teams = await t.db.team.count();
  await ensureDevelopmentTeam(systemContext(t.db, "boot"));
  expect(await t.db.team.count()).toBe(teams);
  expect(await t.db.user.count({ where: { email: "otto@development.example" } })).toBe(1);
});
