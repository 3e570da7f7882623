import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { parseSecret } from "@/lib/auth/key-format";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makePerson, makeTeam } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
const admin = async () => api.as(await makeAdminBearer(t.db));
const dayMs = 86_400_000;
const ago = (ms: number) => new Date(Date.now() - ms);

/** What the API answers to a secret: 200 while it works. */
const knock = async (secret: unknown) => (await api.as(String(secret)).get("/me")).status;

async function trace(id: string) {
  const entries = await t.db.auditEntry.findMany({ where: { target_id: id }, orderBy: { seq: "asc" } });
  const messages = await t.db.message.findMany({
    where: { data: { path: ["id"], equals: id } },
    orderBy: { id: "asc" },
  });
  return { actions: entries.map((entry) => entry.action), events: messages.map((message) => message.type), entries };
}

describe("rotating", () => {
  test("gives a new secret under the same id; without overlap the old one ends at once", async () => {
    const { key, secret } = await makePersonsKey();
    const { status, body } = await (await admin()).post(`/keys/${key.id}/rotate`);
    expect(status).toBe(201);
    expect(parseSecret(String(body.secret))).toEqual({ type: "user" });
    expect(body.key).toMatchObject({ id: key.id, last_four: String(body.secret).slice(-4), version: 2 });
    expect(await knock(secret)).toBe(401);
    expect(await knock(body.secret)).toBe(200);
    expect(await t.db.keySecret.count({ where: { key_id: key.id } })).toBe(1);
    expect(await trace(key.id)).toMatchObject({ actions: ["key.rotated"], events: ["key.rotated"] });
  });

  test("with overlap both work until it is over, to the second", async () => {
    const { key, secret } = await makePersonsKey();
    const before = Date.now();
    const { body } = await (await admin()).post(`/keys/${key.id}/rotate`, { overlap: "2h" });
    const old = await t.db.keySecret.findFirstOrThrow({ where: { key_id: key.id, expires_at: { not: null } } });
    const overlapMs = (old.expires_at?.getTime() ?? 0) - before;
    expect(overlapMs).toBeGreaterThanOrEqual(2 * 3_600_000);
    expect(overlapMs).toBeLessThan(2 * 3_600_000 + 10_000);
    expect([await knock(secret), await knock(body.secret)]).toEqual([200, 200]);
    // Two hours pass.
    await t.db.keySecret.update({ where: { hash: old.hash }, data: { expires_at: ago(1) } });
    expect([await knock(secret), await knock(body.secret)]).toEqual([401, 200]);
  });

  test("again during an overlap never lengthens an older secret's time, and without overlap ends them all", async () => {
    const { key, secret } = await makePersonsKey();
    const caller = await admin();
    const second = await caller.post(`/keys/${key.id}/rotate`, { overlap: "1h" });
    const third = await caller.post(`/keys/${key.id}/rotate`, { overlap: "30d" });
    const ends = await t.db.keySecret.findMany({ where: { key_id: key.id }, orderBy: { created_at: "asc" } });
    const hours = ends.map((row) => row.expires_at && Math.round((row.expires_at.getTime() - Date.now()) / 3_600_000));
    expect(hours).toEqual([1, 720, null]);
    expect(await Promise.all([secret, second.body.secret, third.body.secret].map(knock))).toEqual([200, 200, 200]);
    const last = await caller.post(`/keys/${key.id}/rotate`);
    const all = [secret, second.body.secret, third.body.secret, last.body.secret];
    expect(await Promise.all(all.map(knock))).toEqual([401, 401, 401, 200]);
  });

  test.each([
    [{ overlap: "31d" }, "overlap"],
    [{ overlap: "soon" }, "overlap"],
    [{ colour: "red" }, "colour"],
  ])("refuses %j", async (body, path) => {
    const { key } = await makeKey(t.db);
    const answer = await (await admin()).post(`/keys/${key.id}/rotate`, body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(path);
  });

  test("is for keys that can still be used", async () => {
    const caller = await admin();
    for (const fields of [{ revoked_at: new Date() }, { expires_at: ago(1) }]) {
      const { key } = await makeKey(t.db, fields);
      expect((await caller.post(`/keys/${key.id}/rotate`)).status).toBe(409);
    }
    const { key } = await makeKey(t.db, { blocked_at: new Date() });
    expect((await caller.post(`/keys/${key.id}/rotate`)).body.key).toMatchObject({ status: "blocked" });
  });
});

async function makePersonsKey() {
  const { user } = await makePerson(t.db);
  return makeKey(t.db, { user_id: user.id });
}

describe("revoking, restoring, blocking", () => {
  test("a revoked key is refused at once, once only, with its reason; restored within 30 days it works again", async () => {
    const { key, secret } = await makePersonsKey();
    const caller = await admin();
    const { body } = await caller.post(`/keys/${key.id}/revoke`, { reason: "leaked" });
    expect(body).toMatchObject({ status: "revoked", revoked_reason: "leaked" });
    expect(await knock(secret)).toBe(401);
    expect((await caller.post(`/keys/${key.id}/revoke`)).status).toBe(409);
    expect((await caller.patch(`/keys/${key.id}`, { name: "x" })).status).toBe(409);
    expect((await caller.post(`/keys/${key.id}/block`)).status).toBe(409);
    await t.db.key.update({ where: { id: key.id }, data: { revoked_at: ago(29 * dayMs) } });
    const restored = await caller.post(`/keys/${key.id}/restore`);
    expect(restored.body).toMatchObject({ status: "active", revoked_at: null, revoked_reason: null });
    expect(await knock(secret)).toBe(200);
    expect((await caller.post(`/keys/${key.id}/restore`)).status).toBe(409);
    const { actions, events, entries } = await trace(key.id);
    expect(actions).toEqual(["key.revoked", "key.restored"]);
    expect(events).toEqual(["key.revoked"]);
    expect(entries[0]).toMatchObject({ before: { revoked_reason: null }, after: { revoked_reason: "leaked" } });
  });

  test("after 30 days a revocation is final", async () => {
    const { key } = await makeKey(t.db, { revoked_at: ago(30 * dayMs + 60_000) });
    expect((await (await admin()).post(`/keys/${key.id}/restore`)).status).toBe(409);
  });

  test("a blocked key is refused until it is unblocked; either happens once", async () => {
    const { key, secret } = await makePersonsKey();
    const caller = await admin();
    expect((await caller.post(`/keys/${key.id}/block`)).body.status).toBe("blocked");
    expect((await caller.post(`/keys/${key.id}/block`)).status).toBe(409);
    expect(await knock(secret)).toBe(401);
    expect((await caller.post(`/keys/${key.id}/unblock`)).body.status).toBe("active");
    expect((await caller.post(`/keys/${key.id}/unblock`)).status).toBe(409);
    expect(await knock(secret)).toBe(200);
    expect((await trace(key.id)).actions).toEqual(["key.blocked", "key.unblocked"]);
  });

  test("of two revocations at the same moment one is done and told, the other is a conflict", async () => {
    const { key } = await makeKey(t.db);
    const caller = await admin();
    const answers = await Promise.all([1, 2, 3, 4].map(() => caller.post(`/keys/${key.id}/revoke`)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409]);
    expect(await trace(key.id)).toMatchObject({ actions: ["key.revoked"], events: ["key.revoked"] });
  });
});

describe("deleting", () => {
  test("only what is revoked or expired goes, with the keys made from it; the log names them", async () => {
    const caller = await admin();
    const live = await makeKey(t.db);
    const blocked = await makeKey(t.db, { blocked_at: new Date() });
    for (const { key } of [live, blocked]) expect((await caller.delete(`/keys/${key.id}`)).status).toBe(409);
    const expired = await makeKey(t.db, { expires_at: ago(1) });
    expect((await caller.delete(`/keys/${expired.key.id}`)).status).toBe(204);
    const child = await makeKey(t.db, { parent_key_id: live.key.id });
    await caller.post(`/keys/${live.key.id}/revoke`);
    expect((await caller.delete(`/keys/${live.key.id}`)).status).toBe(204);
    expect((await caller.get(`/keys/${live.key.id}`)).status).toBe(404);
    expect((await caller.get(`/keys/${child.key.id}`)).status).toBe(404);
    const { entries } = await trace(live.key.id);
    expect(entries.at(-1)).toMatchObject({ action: "key.deleted", details: { child_key_ids: [child.key.id] } });
  });
});

describe("changing", () => {
  test("what was sent changes, the rest stays, and the log tells both", async () => {
    const { key } = await makeKey(t.db, { name: "old", rpm_limit: 5, tags: ["a"] });
    const { status, body } = await (await admin()).patch(`/keys/${key.id}`, {
      name: "new",
      rpm_limit: null,
      allowed_models: ["gpt-*"],
      expires_at: "2030-01-01T00:00:00+02:00",
      metadata: { a: 1 },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: "new",
      rpm_limit: null,
      allowed_models: ["gpt-*"],
      expires_at: "2029-12-31T22:00:00.000Z",
      metadata: { a: 1 },
      tags: ["a"],
      version: 2,
    });
    const { entries } = await trace(key.id);
    expect(entries[0]).toMatchObject({
      before: { name: "old", rpm_limit: 5 },
      after: { name: "new", rpm_limit: null },
    });
    expect(entries[0]?.after).not.toHaveProperty("tags");
  });

  test("a stale If-Match is refused", async () => {
    const { key } = await makeKey(t.db);
    const caller = await admin();
    const once = { headers: { "if-match": '"1"' } };
    expect((await caller.patch(`/keys/${key.id}`, { name: "a" }, once)).status).toBe(200);
    expect((await caller.patch(`/keys/${key.id}`, { name: "b" }, once)).status).toBe(412);
  });

  test.each([
    [{ expires_at: "2020-01-01T00:00:00Z" }, "expires_at"],
    [{ expires_at: null }, "expires_at"],
    [{ scopes: ["keys.read"] }, "scopes"],
    [{ type: "admin" }, "type"],
    [{ user_id: null }, "user_id"],
    [{ tpm_limit: 1.5 }, "tpm_limit"],
  ])("a guest key refuses %j and names the field", async (body, path) => {
    const team = await makeTeam(t.db);
    const { key } = await makeKey(t.db, {
      type: "virtual",
      team_id: team.id,
      expires_at: new Date(Date.now() + dayMs),
    });
    const answer = await (await admin()).patch(`/keys/${key.id}`, body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(path);
  });

  test("a new expiry brings an expired key back", async () => {
    const { user } = await makePerson(t.db);
    const { key, secret } = await makeKey(t.db, { user_id: user.id, expires_at: ago(1) });
    expect(await knock(secret)).toBe(401);
    await (await admin()).patch(`/keys/${key.id}`, { expires_at: null });
    expect(await knock(secret)).toBe(200);
  });

  test("a person cannot widen their key's scopes beyond themselves", async () => {
    const { user, bearer } = await makePerson(t.db);
    const { key } = await makeKey(t.db, { user_id: user.id });
    const caller = api.as(bearer);
    expect((await caller.patch(`/keys/${key.id}`, { scopes: ["keys.read"] })).status).toBe(200);
    expect((await caller.patch(`/keys/${key.id}`, { scopes: ["settings.write"] })).status).toBe(403);
  });
});
