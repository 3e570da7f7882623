import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { getConfig } from "@/lib/config/config";
import { systemContext } from "@/lib/context";
import { unseal } from "@/lib/secrets/key-ring";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeMember, makeTeam } from "@/lib/testing/factories";
import { createFakeClock } from "@/lib/testing/fake-clock";
import { type Browser, configure, openSignIn } from "@/lib/testing/sign-in";
import { refreshDue } from "./refresh";

const t = openTestDatabase();
const stage = openSignIn();
const api = createApi(routes);
const minute = 60_000;

let count = 0;
let person: { sub: string; email: string };
let browser: Browser;
// Ahead of the clock that signed in, so that what was due then is due now.
const clock = createFakeClock(Date.now());

beforeEach(async () => {
  count += 1;
  await t.db.identity.updateMany({ data: { refresh_token: null } });
  await t.db.settings.update({
    where: { id: 1 },
    data: {
      data: { admin_groups: ["admins"], group_to_team: { engineers: ["Engineering"] }, auto_create_teams: true },
    },
  });
  person = { sub: `subject-${count}`, email: `person-${count}@example.test` };
  stage.issuer.person = { ...person, email_verified: true, groups: ["admins", "engineers"] };
  browser = stage.browser();
  await browser.signIn();
  clock.set(Date.now() + 16 * minute);
});

afterEach(() => {
  Object.assign(stage.issuer, { twist: {}, onToken: null, isDown: false, isRotating: true });
});

const refresh = () => refreshDue(systemContext(t.db, "job:test", clock));
const ask = (path: string) => api.get(path, { headers: { cookie: browser.cookieHeader } });
const identity = () => t.db.identity.findFirstOrThrow({ where: { subject: person.sub } });
const keptToken = async () => {
  const { id, refresh_token } = await identity();
  const place = { table: "identities", row: id, field: "refresh_token" };
  return refresh_token && unseal(getConfig().encryptionKeys, place, refresh_token);
};
const applied = { applied: 1, refused: 0, postponed: 0 };
const refused = { applied: 0, refused: 1, postponed: 0 };
const postponed = { applied: 0, refused: 0, postponed: 1 };

describe("a group that was lost", () => {
  test("takes role and membership along, without a click and at once; what was given by hand stays", async () => {
    const { user_id } = await identity();
    const byHand = await makeTeam(t.db);
    await makeMember(t.db, byHand, { id: user_id });
    expect((await ask("/settings")).status).toBe(200);
    stage.issuer.person = { ...stage.issuer.person, groups: ["others"] };
    expect(await refresh()).toEqual(applied);
    expect((await ask("/settings")).status).toBe(403);
    const me = await ask("/me");
    expect(me.body).toMatchObject({ role: "user", teams: [{ team_id: byHand.id }] });
    expect(me.body.teams).toHaveLength(1);
    const audited = await t.db.auditEntry.findMany({ where: { target_id: user_id, action: "user.updated" } });
    expect(audited.at(-1)).toMatchObject({
      actor_type: "system",
      after: { role: "user" },
      details: { cause: "refresh", identity: (await identity()).id },
    });
  });

  test("that came back comes back", async () => {
    stage.issuer.person = { ...person, email_verified: true, groups: [] };
    await refresh();
    expect((await ask("/me")).body.role).toBe("user");
    stage.issuer.person = { ...person, email_verified: true, groups: ["admins"] };
    clock.advance(16 * minute);
    await refresh();
    expect((await ask("/me")).body.role).toBe("admin");
  });
});

describe("the refresh token", () => {
  test("is replaced by the one that comes back", async () => {
    const before = await keptToken();
    await refresh();
    expect(await keptToken()).not.toBe(before);
    clock.advance(16 * minute);
    expect(await refresh()).toEqual(applied);
  });

  test("stays where none comes back", async () => {
    stage.issuer.isRotating = false;
    const before = await keptToken();
    expect(await refresh()).toEqual(applied);
    expect(await keptToken()).toBe(before);
  });

  test("is used when it is due and not before, by one process", async () => {
    clock.set(Date.now() + 14 * minute);
    expect(await refresh()).toEqual({ ...applied, applied: 0 });
    clock.advance(2 * minute);
    const results = await Promise.all([refresh(), refresh(), refresh()]);
    expect(results.reduce((sum, result) => sum + result.applied, 0)).toBe(1);
    const { refresh_due_at } = await identity();
    expect(refresh_due_at?.getTime()).toBe(clock.now() + 15 * minute);
  });

  test("that the provider takes no more is forgotten, and its person signs in again", async () => {
    stage.issuer.revoke();
    expect(await refresh()).toEqual(refused);
    expect((await ask("/me")).status).toBe(401);
    expect(await identity()).toMatchObject({ refresh_token: null, refresh_due_at: null });
    const entry = await t.db.auditEntry.findFirst({
      where: { action: "identity.refresh_refused" },
      orderBy: { seq: "desc" },
    });
    expect(entry).toMatchObject({
      target_id: (await identity()).id,
      details: { error: "invalid_grant", sessions_ended: 1 },
    });
    expect(JSON.stringify(entry?.details)).not.toContain(browser.session);
    await browser.signIn();
    expect((await ask("/me")).status).toBe(200);
  });

  // Dex 2.45 says invalid_request of a token that was replaced by a newer sign-in, revoked, or has expired.
  test("that the provider takes no more, in the words of Dex, ends the sessions as well", async () => {
    stage.issuer.onToken = async () => ({
      status: 400,
      body: { error: "invalid_request", error_description: "Refresh token expired." },
    });
    expect(await refresh()).toEqual(refused);
    expect((await ask("/me")).status).toBe(401);
  });

  test("that is refused while a sign-in brings a newer one ends nothing", async () => {
    const other = stage.browser();
    stage.issuer.onToken = async () => {
      stage.issuer.onToken = null;
      await other.signIn();
      return { status: 400, body: { error: "invalid_grant" } };
    };
    expect(await refresh()).toEqual(refused);
    expect((await ask("/me")).status).toBe(200);
    expect((await api.get("/me", { headers: { cookie: other.cookieHeader } })).status).toBe(200);
    clock.advance(16 * minute);
    expect(await refresh()).toEqual(applied);
  });

  test("of a sign-in is not overwritten by that of a refresh which began before it", async () => {
    let late: unknown;
    stage.issuer.onToken = async (_form, honest) => {
      stage.issuer.onToken = null;
      const answer = honest();
      late = answer.body.refresh_token;
      await stage.browser().signIn();
      return answer;
    };
    expect(await refresh()).toEqual(applied);
    expect(await keptToken()).not.toBe(late);
  });
});

describe("an answer that does not stand up to its checks", () => {
  test("about another person ends what the token stood for, and gives nobody anything", async () => {
    stage.issuer.person = {
      sub: "somebody-else",
      email: "else@example.test",
      email_verified: true,
      groups: ["admins"],
    };
    expect(await refresh()).toEqual(refused);
    expect((await ask("/me")).status).toBe(401);
    expect(await t.db.user.count({ where: { email: "else@example.test" } })).toBe(0);
  });

  test.each<[string, typeof stage.issuer.twist]>([
    ["of another issuer", { claims: { iss: "https://other.example.test" } }],
    ["for another client", { claims: { aud: "else" } }],
    ["signed by somebody else", { signature: "foreign" }],
    ["signed by nobody", { signature: "none" }],
  ])("%s is not applied, and sessions go on", async (_what, twist) => {
    stage.issuer.twist = twist;
    stage.issuer.person = { ...stage.issuer.person, groups: [] };
    expect(await refresh()).toEqual(postponed);
    expect((await ask("/me")).body.role).toBe("admin");
  });

  test("without an ID token is completed at the userinfo endpoint", async () => {
    stage.issuer.person = { ...stage.issuer.person, groups: [] };
    stage.issuer.onToken = (_form, honest) => {
      const { status, body } = honest();
      return { status, body: { ...body, id_token: undefined } };
    };
    expect(await refresh()).toEqual(applied);
    expect((await ask("/me")).body.role).toBe("user");
  });
});

describe("an issuer that cannot be reached", () => {
  test("leaves sessions and rights, and is asked again later and later", async () => {
    stage.issuer.isDown = true;
    const waits: number[] = [];
    for (let round = 0; round < 4; round++) {
      expect(await refresh()).toEqual(postponed);
      const { refresh_due_at } = await identity();
      waits.push((refresh_due_at?.getTime() ?? 0) - clock.now());
      clock.set(refresh_due_at?.getTime() ?? 0);
    }
    expect((await ask("/me")).body.role).toBe("admin");
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBeGreaterThanOrEqual(30_000);
    clock.advance(24 * 60 * minute);
    await refresh();
    const { refresh_due_at } = await identity();
    expect((refresh_due_at?.getTime() ?? 0) - clock.now()).toBe(15 * minute);
    stage.issuer.isDown = false;
    clock.advance(15 * minute);
    expect(await refresh()).toEqual(applied);
  });

  test("with an error of its own is one, and no refusal", async () => {
    stage.issuer.onToken = () => ({ status: 500, body: { error: "server_error" } });
    expect(await refresh()).toEqual(postponed);
    expect((await ask("/me")).status).toBe(200);
  });
});

test("a provider that cannot tell an unknown person from a directory that is down is believed for an hour", async () => {
  stage.issuer.onToken = () => ({ status: 500, body: { error: "invalid_request" } });
  const { last_sync_at } = await identity();
  clock.set(last_sync_at.getTime() + 59 * minute);
  expect(await refresh()).toEqual(postponed);
  expect((await ask("/me")).status).toBe(200);
  clock.set((await identity()).refresh_due_at?.getTime() ?? 0);
  clock.advance(minute);
  expect(await refresh()).toEqual(refused);
  expect((await ask("/me")).status).toBe(401);
  expect(await keptToken()).toBeNull();
});

test("whose secret at the provider is wrong has every session go on", async () => {
  const configured = configure({ dexClientSecret: "no-longer-the-secret" });
  try {
    expect(await refresh()).toEqual(postponed);
    expect((await ask("/me")).status).toBe(200);
  } finally {
    configured.restore();
  }
});

test("people who are disabled are not asked about until they are enabled again", async () => {
  const { user_id } = await identity();
  await t.db.user.update({ where: { id: user_id }, data: { disabled_at: new Date() } });
  expect(await refresh()).toEqual({ ...applied, applied: 0 });
  await t.db.user.update({ where: { id: user_id }, data: { disabled_at: null } });
  expect(await refresh()).toEqual(applied);
});

test("more than fit into one batch are all served", async () => {
  for (let index = 0; index < 20; index++) {
    stage.issuer.person = { sub: `many-${index}`, email: `many-${index}@example.test`, email_verified: true };
    await stage.browser().signIn();
  }
  clock.set(Date.now() + 16 * minute);
  // All tokens now bring the last person's claims, which are about nobody else.
  stage.issuer.onToken = () => ({ status: 503, body: {} });
  expect(await refresh()).toEqual({ applied: 0, refused: 0, postponed: 21 });
});
