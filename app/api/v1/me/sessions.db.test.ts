import { beforeAll, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { ensureMasterKey } from "@/lib/auth/master-key";
import { encodeSession } from "@/lib/auth/session-token";
import { newId } from "@/lib/ids";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey, makePerson, makeUser } from "@/lib/testing/factories";
import { signInAs } from "@/lib/testing/sessions";

const t = openTestDatabase();
const api = createApi(routes);
const masterKey = "a-master-key-for-sessions-4Lw9";
let masterKeyId: string;

beforeAll(async () => {
  masterKeyId = await ensureMasterKey(t.db, masterKey);
});

const idsOf = (body: { data: { id: string }[] }) => body.data.map(({ id }) => id);

describe("where one is signed in", () => {
  test("shows one's own open sessions, newest first, and which of them asks; no token, nobody else's", async () => {
    const user = await makeUser(t.db);
    const [first, second] = [await signInAs(t.db, user), await signInAs(t.db, user)];
    await signInAs(t.db, await makeUser(t.db));
    const ended = await signInAs(t.db, user);
    await t.db.session.update({ where: { id: ended.sessionId }, data: { ended_at: new Date() } });
    const { status, body } = await api.get("/me/sessions", first);
    expect(status).toBe(200);
    expect(idsOf(body)).toEqual([second.sessionId, first.sessionId].sort().reverse());
    expect(body.data.find(({ id }) => id === first.sessionId)).toEqual({
      id: first.sessionId,
      current: true,
      method: "oidc",
      address: null,
      client: "a test's browser",
      created_at: expect.any(String),
      last_seen_at: expect.any(String),
      expires_at: expect.any(String),
    });
    expect(body.data.filter(({ current }) => current)).toHaveLength(1);
  });

  test("of the master key: those that were opened with it, for a browser and for a bearer", async () => {
    const browser = await signInAs(t.db, { masterKeyId });
    const own = { id: browser.sessionId, method: "master_key" };
    expect((await api.get("/me/sessions", browser)).body.data).toMatchObject([{ ...own, current: true }]);
    expect((await api.as(masterKey).get("/me/sessions")).body.data).toMatchObject([{ ...own, current: false }]);
  });

  test("is nothing that a key learns unless its scopes say so", async () => {
    const { user, bearer } = await makePerson(t.db);
    const session = await signInAs(t.db, user);
    expect(idsOf((await api.as(bearer).get("/me/sessions")).body)).toEqual([session.sessionId]);
    const { secret } = await makeKey(t.db, { user_id: user.id });
    expect((await api.as(secret).get("/me/sessions")).status).toBe(403);
    expect((await api.as(secret).post("/me/sign-out")).status).toBe(403);
    const nobodys = await makeKey(t.db, { type: "admin" });
    expect((await api.as(nobodys.secret).get("/me/sessions")).body.data).toEqual([]);
    expect((await api.get("/me/sessions")).status).toBe(401);
  });
});

describe("ending", () => {
  test("one session leaves the others, and is audited", async () => {
    const user = await makeUser(t.db);
    const [here, there] = [await signInAs(t.db, user), await signInAs(t.db, user)];
    expect((await api.delete(`/me/sessions/${there.sessionId}`, here)).status).toBe(204);
    expect((await api.get("/me", there)).status).toBe(401);
    expect((await api.get("/me", here)).status).toBe(200);
    const where = { target_id: there.sessionId, action: "session.ended", actor_id: user.id };
    expect(await t.db.auditEntry.count({ where })).toBe(1);
  });

  test("somebody else's, one that is over and one that never was are the same 404", async () => {
    const user = await makeUser(t.db);
    const [here, over] = [await signInAs(t.db, user), await signInAs(t.db, user)];
    const theirs = await signInAs(t.db, await makeUser(t.db));
    await t.db.session.update({ where: { id: over.sessionId }, data: { ended_at: new Date() } });
    const answers = await Promise.all(
      [theirs.sessionId, over.sessionId, newId("session"), "x"].map((id) => api.delete(`/me/sessions/${id}`, here)),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(404);
      expect({ ...body.error, request_id: "" }).toEqual({ ...answers[0]?.body.error, request_id: "" });
    }
    expect((await api.get("/me", theirs)).status).toBe(200);
  });

  test("all of one's own signs out everywhere, this browser included, and leaves keys and other people alone", async () => {
    const { user, bearer } = await makePerson(t.db);
    const [here, there] = [await signInAs(t.db, user), await signInAs(t.db, user)];
    const other = await signInAs(t.db, await makeUser(t.db));
    const { status, body } = await api.post("/me/sign-out", {}, here);
    expect([status, body]).toEqual([201, { ended: 2 }]);
    expect((await api.get("/me", here)).status).toBe(401);
    expect((await api.get("/me", there)).status).toBe(401);
    expect((await api.get("/me", other)).status).toBe(200);
    expect((await api.as(bearer).post("/me/sign-out")).body).toEqual({ ended: 0 });
    const entries = await t.db.auditEntry.findMany({ where: { action: "user.signed_out", target_id: user.id } });
    expect(entries).toMatchObject([{ details: { session_ids: [here.sessionId, there.sessionId].sort() } }]);
  });

  test("takes no order from a page of somebody else", async () => {
    const { headers, sessionId } = await signInAs(t.db, await makeUser(t.db));
    for (const origin of ["https://evil.example", "null", ""]) {
      const foreign = { headers: { ...headers, origin } };
      expect((await api.post("/me/sign-out", {}, foreign)).status).toBe(403);
      expect((await api.delete(`/me/sessions/${sessionId}`, foreign)).status).toBe(403);
    }
    expect((await api.get("/me", { headers })).status).toBe(200);
  });
});

test("a person's sign-in and then their last request are noted with their account", async () => {
  const user = await makeUser(t.db);
  const { headers, sessionId } = await signInAs(t.db, user);
  const signedIn = await t.db.user.findUniqueOrThrow({ where: { id: user.id } });
  expect(Date.now() - (signedIn.last_seen_at?.getTime() ?? 0)).toBeLessThan(60_000);
  await t.db.user.update({ where: { id: user.id }, data: { last_seen_at: null } });
  await t.db.session.update({ where: { id: sessionId }, data: { last_seen_at: new Date(Date.now() - 61_000) } });
  await api.get("/me", { headers });
  const { last_seen_at, version } = await t.db.user.findUniqueOrThrow({ where: { id: user.id } });
  expect(Date.now() - (last_seen_at?.getTime() ?? 0)).toBeLessThan(60_000);
  expect(version).toBe(1);
});

test("a cookie counts for the one whom its session belongs to", async () => {
  const [mine, theirs] = [await signInAs(t.db, await makeUser(t.db)), await makeUser(t.db)];
  const forged = await encodeSession({ sid: mine.sessionId, sub: theirs.id }, process.env.NEXTAUTH_SECRET ?? "", 60);
  expect((await api.get("/me", { headers: { cookie: `pllm.session=${forged}` } })).status).toBe(401);
});
