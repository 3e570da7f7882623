import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { hashSecret } from "@/lib/auth/hash";
import { parseSecret } from "@/lib/auth/key-format";
import type { Key } from "@/lib/db/generated/client";
import { type AnswerBody, createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam, makeUser } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
const admin = async () => api.as(await makeAdminBearer(t.db));
const missing = "key_01jd0c4x8k9m2n3p4q5r6s7t8v";
/** Creation times that differ, whatever the speed of the machine. */
const at = (index: number) => new Date(1_700_000_000_000 + index);
const keyOf = (body: AnswerBody) => body.key as Key & Record<string, unknown>;

async function personIn(team: { id: string }, role = "member") {
  const { user, bearer } = await makePerson(t.db);
  await makeMember(t.db, team, user, role);
  return { user, caller: api.as(bearer) };
}

describe("creating a key", () => {
  test("answers 201 with key and secret; only the secret's hash is kept; it is audited and announced", async () => {
    const team = await makeTeam(t.db);
    const { user, caller } = await personIn(team);
    const { status, body } = await caller.post("/keys", {
      type: "user",
      name: "laptop",
      allowed_models: ["gpt-*"],
      rpm_limit: 5,
      expires_in: "30d",
      budget: { limit_usd: "2", period: "daily" },
      metadata: { host: "a" },
      tags: ["dev"],
    });
    expect(status).toBe(201);
    const secret = String(body.secret);
    expect(parseSecret(secret)).toEqual({ type: "user" });
    const key = keyOf(body);
    expect(key).toMatchObject({
      type: "user",
      name: "laptop",
      user_id: user.id,
      team_id: team.id,
      status: "active",
      prefix: "sk-user-",
      last_four: secret.slice(-4),
      masked: `sk-user-…${secret.slice(-4)}`,
      rpm_limit: 5,
      scopes: [],
      tags: ["dev"],
      last_used_at: null,
      version: 1,
    });
    expect(Date.parse(String(key.expires_at)) - Date.parse(String(key.created_at))).toBe(30 * 86_400_000);
    const kept = await t.db.keySecret.findMany({ where: { key_id: key.id } });
    expect(kept.map((row) => row.hash)).toEqual([hashSecret(secret)]);
    expect(await t.db.budget.findFirst({ where: { scope_id: key.id } })).toMatchObject({ limit_nano: 2_000_000_000n });
    expect(await t.db.auditEntry.count({ where: { target_id: key.id, action: "key.created" } })).toBe(1);
    const where = { type: "key.created", data: { path: ["id"], equals: key.id } };
    expect(await t.db.message.count({ where })).toBe(1);
  });

  test("by any kind, with what that kind needs", async () => {
    const team = await makeTeam(t.db);
    const { user } = await personIn(team);
    const caller = await admin();
    const make = async (body: Record<string, unknown>) => {
      const answer = await caller.post("/keys", { name: "k", ...body });
      return answer.status === 201 ? "made" : answer.body.error.fields[0]?.path;
    };
    expect(await make({ type: "user" })).toBe("user_id");
    expect(await make({ type: "user", user_id: user.id })).toBe("made");
    expect(await make({ type: "team" })).toBe("team_id");
    expect(await make({ type: "team", team_id: team.id, user_id: user.id })).toBe("user_id");
    expect(await make({ type: "team", team_id: team.id, scopes: ["keys.read"] })).toBe("made");
    expect(await make({ type: "admin" })).toBe("made");
    expect(await make({ type: "admin", user_id: user.id })).toBe("user_id");
    expect(await make({ type: "virtual", team_id: team.id })).toBe("expires_at");
    expect(await make({ type: "virtual", expires_in: "1d" })).toBe("user_id");
    expect(await make({ type: "virtual", team_id: team.id, expires_in: "1d" })).toBe("made");
    expect(await make({ type: "virtual", user_id: user.id, expires_in: "1d" })).toBe("made");
    expect(await make({ type: "virtual", team_id: team.id, expires_in: "1d", scopes: ["keys.read"] })).toBe("scopes");
    expect(await make({ type: "master" })).toBe("type");
  });

  test.each([
    [{ type: "team" }, "name"],
    [{ type: "team", name: "x", colour: "red" }, "colour"],
    [{ type: "team", name: "x", rpm_limit: 0 }, "rpm_limit"],
    [{ type: "team", name: "x", scopes: ["keys.steal"] }, "scopes.0"],
    [{ type: "team", name: "x", expires_in: "soon" }, "expires_in"],
    [{ type: "team", name: "x", expires_in: "99999d" }, "expires_in"],
    [{ type: "team", name: "x", expires_in: "4000d" }, "expires_in"],
    [{ type: "team", name: "x", expires_at: "2020-01-01T00:00:00Z" }, "expires_at"],
    [{ type: "team", name: "x", expires_at: "2090-01-01T00:00:00Z" }, "expires_at"],
    [{ type: "team", name: "x", expires_at: "2027-06-01T00:00:00Z", expires_in: "1d" }, "expires_in"],
    [{ type: "user", name: "x", user_id: "usr_01jd0c4x8k9m2n3p4q5r6s7t8v" }, "user_id"],
    [{ type: "team", name: "x", team_id: "team_01jd0c4x8k9m2n3p4q5r6s7t8v" }, "team_id"],
    [{ type: "team", name: "x", parent_key_id: missing }, "parent_key_id"],
  ])("refuses %j and names the field", async (body, path) => {
    const team = await makeTeam(t.db);
    const answer = await (await admin()).post("/keys", {
      ...(body.type === "team" ? { team_id: team.id } : {}),
      ...body,
    });
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(path);
  });

  test("needs a caller, and one with the right", async () => {
    expect((await api.post("/keys", { type: "user", name: "x" })).status).toBe(401);
    const { bearer } = await makePerson(t.db, { role: "viewer" });
    expect((await api.as(bearer).post("/keys", { type: "user", name: "x" })).status).toBe(403);
  });

  test("a person's key goes to their only team; in several they say which, and it must be theirs", async () => {
    const [one, two, foreign] = [await makeTeam(t.db), await makeTeam(t.db), await makeTeam(t.db)];
    const below = await makeTeam(t.db, { parent_id: one.id });
    const loner = await makePerson(t.db);
    const alone = await api.as(loner.bearer).post("/keys", { type: "user", name: "x" });
    expect(keyOf(alone.body).team_id).toBeNull();
    const { user, caller } = await personIn(one);
    const post = (body: object) => caller.post("/keys", { type: "user", name: "x", ...body });
    expect(keyOf((await post({})).body).team_id).toBe(one.id);
    await makeMember(t.db, two, user);
    const unsaid = await post({});
    expect(unsaid.status).toBe(422);
    expect(unsaid.body.error.fields[0]).toMatchObject({ path: "team_id", message: expect.stringContaining(two.id) });
    expect(keyOf((await post({ team_id: two.id })).body).team_id).toBe(two.id);
    expect(keyOf((await post({ team_id: below.id })).body).team_id).toBe(below.id);
    for (const team_id of [foreign.id, null]) {
      const refused = await post({ team_id });
      expect(refused.body.error.fields[0]?.path).toBe("team_id");
      expect(refused.status).toBe(422);
    }
    const boss = await (await admin()).post("/keys", { type: "user", name: "x", user_id: user.id, team_id: null });
    expect(keyOf(boss.body).team_id).toBeNull();
    const outside = { type: "user", name: "x", user_id: user.id, team_id: foreign.id };
    expect((await (await admin()).post("/keys", outside)).body.error.fields[0]?.path).toBe("team_id");
  });

  test("owners make team keys and their members' keys in their subtree, members neither, managers anywhere", async () => {
    const root = await makeTeam(t.db);
    const child = await makeTeam(t.db, { parent_id: root.id });
    const other = await makeTeam(t.db);
    const owner = await personIn(root, "owner");
    const member = await personIn(child);
    const stranger = await personIn(other);
    const status = async (caller: typeof api, body: object) =>
      (await caller.post("/keys", { name: "x", ...body })).status;
    expect(await status(owner.caller, { type: "team", team_id: child.id })).toBe(201);
    expect(await status(owner.caller, { type: "user", user_id: member.user.id })).toBe(201);
    expect(await status(owner.caller, { type: "team", team_id: other.id })).toBe(422);
    expect(await status(owner.caller, { type: "user", user_id: stranger.user.id })).toBe(422);
    expect(await status(member.caller, { type: "team", team_id: child.id })).toBe(403);
    expect(await status(member.caller, { type: "user", user_id: owner.user.id })).toBe(422);
    expect(await status(owner.caller, { type: "admin" })).toBe(403);
    const { bearer } = await makePerson(t.db, { role: "manager" });
    expect(await status(api.as(bearer), { type: "team", team_id: other.id })).toBe(201);
    expect(await status(api.as(bearer), { type: "admin" })).toBe(403);
  });

  test("a disabled person gets no key", async () => {
    const user = await makeUser(t.db, { disabled_at: new Date() });
    const answer = await (await admin()).post("/keys", { type: "user", name: "x", user_id: user.id });
    expect(answer.body.error.fields[0]?.path).toBe("user_id");
  });

  test("an idempotency key gives the same secret again, and one key", async () => {
    const caller = await admin();
    const headers = { "idempotency-key": "mint-once" };
    const first = await caller.post("/keys", { type: "admin", name: "once" }, { headers });
    const second = await caller.post("/keys", { type: "admin", name: "once" }, { headers });
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(second.body).toEqual(first.body);
    expect(await t.db.key.count({ where: { name: "once" } })).toBe(1);
    expect((await caller.post("/keys", { type: "admin", name: "twice" }, { headers })).status).toBe(409);
  });
});

describe("nobody grants what they do not have", () => {
  test("a person gives their own rights, by name or as a whole, and none that they lack", async () => {
    const team = await makeTeam(t.db);
    const { caller } = await personIn(team);
    const give = async (...scopes: string[]) =>
      (await caller.post("/keys", { type: "user", name: "x", scopes })).status;
    expect(await give("keys.read", "keys.write")).toBe(201);
    expect(await give("*")).toBe(201);
    expect(await give("settings.read")).toBe(403);
    expect(await give("audit.*")).toBe(403);
  });

  test("a narrow key gives no more than it holds, not even as a wildcard", async () => {
    const { user } = await makePerson(t.db);
    const { secret } = await makeKey(t.db, { user_id: user.id, scopes: ["keys.write", "usage.*"] });
    const give = async (...scopes: string[]) =>
      (await api.as(secret).post("/keys", { type: "user", name: "x", scopes })).status;
    expect(await give()).toBe(201);
    expect(await give("keys.write", "usage.read")).toBe(201);
    expect(await give("keys.read")).toBe(403);
    expect(await give("keys.*")).toBe(403);
    expect(await give("*")).toBe(403);
  });

  test("an owner takes no rights through a stronger member's key: neither made nor rotated", async () => {
    const team = await makeTeam(t.db);
    const owner = await personIn(team, "owner");
    const boss = await makePerson(t.db, { role: "admin" });
    await makeMember(t.db, team, boss.user);
    const make = (scopes: string[]) =>
      owner.caller.post("/keys", { type: "user", name: "x", user_id: boss.user.id, scopes });
    expect((await make(["keys.*"])).status).toBe(403);
    expect((await make([])).status).toBe(201);
    const strong = await makeKey(t.db, { user_id: boss.user.id, team_id: team.id, scopes: ["*"] });
    expect((await owner.caller.get(`/keys/${strong.key.id}`)).status).toBe(200);
    expect((await owner.caller.post(`/keys/${strong.key.id}/rotate`)).status).toBe(403);
    expect((await owner.caller.post(`/keys/${strong.key.id}/revoke`)).status).toBe(201);
  });

  test("only administrators touch admin keys, and a narrowed administrator makes none without limits", async () => {
    const { key } = await makeKey(t.db, { type: "admin" });
    const { bearer } = await makePerson(t.db, { role: "manager" });
    const manager = api.as(bearer);
    expect((await manager.patch(`/keys/${key.id}`, { name: "mine" })).status).toBe(403);
    for (const deed of ["rotate", "revoke", "block"])
      expect((await manager.post(`/keys/${key.id}/${deed}`)).status).toBe(403);
    const narrow = api.as((await makeKey(t.db, { type: "admin", scopes: ["keys.*"] })).secret);
    expect((await narrow.post("/keys", { type: "admin", name: "x" })).status).toBe(403);
    expect((await narrow.post("/keys", { type: "admin", name: "x", scopes: ["keys.read"] })).status).toBe(201);
    expect((await narrow.post(`/keys/${key.id}/rotate`)).status).toBe(403);
  });
});

describe("reading keys", () => {
  test("hidden and missing give the same answer", async () => {
    const { key } = await makeKey(t.db, { user_id: (await makeUser(t.db)).id });
    const { bearer } = await makePerson(t.db);
    const answers = await Promise.all(
      [key.id, missing].map((id) => api.as(bearer).get(`/keys/${id}`, { headers: { "x-request-id": "same" } })),
    );
    expect(answers[0]).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    for (const deed of ["rotate", "revoke", "restore", "block", "unblock"])
      expect((await api.as(bearer).post(`/keys/${key.id}/${deed}`)).status).toBe(404);
    expect((await api.as(bearer).delete(`/keys/${key.id}`)).status).toBe(404);
  });

  test("a key without scopes reads no keys, not even itself", async () => {
    const { key, secret } = await makeKey(t.db, { user_id: (await makeUser(t.db)).id });
    expect((await api.as(secret).get(`/keys/${key.id}`)).status).toBe(403);
  });

  test("each says whose it is and what its team is called", async () => {
    const team = await makeTeam(t.db);
    const { user, caller } = await personIn(team);
    await makeKey(t.db, { user_id: user.id, team_id: team.id, name: "named", created_at: at(1) });
    await makeKey(t.db, { user_id: user.id, name: "named", created_at: at(2) });
    const { body } = await caller.get("/keys?q=named&sort=created_at");
    expect(body.data).toMatchObject([
      { user_email: user.email, team_name: team.name },
      { user_email: user.email, team_name: null },
    ]);
  });

  test("a person sees their own, an owner the subtree's, a manager all", async () => {
    const root = await makeTeam(t.db);
    const child = await makeTeam(t.db, { parent_id: root.id });
    const owner = await personIn(root, "owner");
    const member = await personIn(root);
    const shared = await makeKey(t.db, { type: "team", team_id: child.id, name: "reach", created_at: at(1) });
    const personal = await makeKey(t.db, {
      user_id: member.user.id,
      team_id: child.id,
      name: "reach",
      created_at: at(2),
    });
    const hidden = await makeKey(t.db, { user_id: owner.user.id, name: "reach", created_at: at(3) });
    const list = async (caller: typeof api) =>
      (await caller.get("/keys?q=reach&sort=created_at")).body.data.map((row) => row.id);
    expect(await list(member.caller)).toEqual([personal.key.id]);
    expect(await list(owner.caller)).toEqual([shared.key.id, personal.key.id, hidden.key.id]);
    const { bearer } = await makePerson(t.db, { role: "manager" });
    expect(await list(api.as(bearer))).toEqual([shared.key.id, personal.key.id, hidden.key.id]);
    expect((await member.caller.get(`/keys/${shared.key.id}`)).status).toBe(404);
  });

  test("filters by owner, team, type, tag and text; wildcards are plain characters", async () => {
    const team = await makeTeam(t.db);
    const user = await makeUser(t.db);
    const one = await makeKey(t.db, {
      type: "team",
      team_id: team.id,
      name: "Billing_bot 100%",
      created_at: at(1),
      tags: ["prod", "x"],
    });
    const two = await makeKey(t.db, {
      user_id: user.id,
      team_id: team.id,
      name: "Billing-bot",
      created_at: at(2),
      tags: ["dev"],
    });
    const caller = await admin();
    const find = async (query: string) =>
      (await caller.get(`/keys?team_id=${team.id}&sort=created_at&${query}`)).body.data.map((row) => row.id);
    expect(await find("q=BILL")).toEqual([one.key.id, two.key.id]);
    expect(await find("q=bi")).toEqual([one.key.id, two.key.id]);
    expect(await find("q=g_b")).toEqual([one.key.id]);
    expect(await find("q=0%25")).toEqual([]);
    expect(await find("q=00%25")).toEqual([one.key.id]);
    expect(await find(`q=${two.key.last_four}`)).toContain(two.key.id);
    expect(await find(`q=sk-user-%E2%80%A6${two.key.last_four}`)).toContain(two.key.id);
    expect(await find(`q=${two.key.id.slice(0, 28)}`)).toEqual([two.key.id]);
    expect(await find(`user_id=${user.id}`)).toEqual([two.key.id]);
    expect(await find("type=team")).toEqual([one.key.id]);
    expect(await find("tag=prod")).toEqual([one.key.id]);
    expect(await find("tag=pro")).toEqual([]);
  });

  test("shows when a key was last used", async () => {
    const { key } = await makeKey(t.db);
    const last_used_at = new Date("2026-01-02T03:04:05Z");
    await t.db.keyUse.create({ data: { key_id: key.id, last_used_at } });
    expect((await (await admin()).get(`/keys/${key.id}`)).body.last_used_at).toBe(last_used_at.toISOString());
  });

  test.each(["name", "-name", "created_at", "-created_at"])("pages by %s without skip or repeat", async (sort) => {
    const team = await makeTeam(t.db);
    const names = ["d", "a", "c", "a", "b"];
    for (const [index, name] of names.entries()) await makeKey(t.db, { team_id: team.id, name, created_at: at(index) });
    const caller = await admin();
    const ids = new Set<string>();
    const seen: unknown[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { body } = await caller.get(
        `/keys?team_id=${team.id}&sort=${sort}&limit=2${cursor ? `&cursor=${cursor}` : ""}`,
      );
      for (const row of body.data) {
        ids.add(row.id);
        seen.push(row.name);
      }
      cursor = body.next_cursor;
    }
    const ordered = sort.endsWith("name") ? [...names].sort() : names;
    expect(seen).toEqual(sort.startsWith("-") ? [...ordered].reverse() : ordered);
    expect(ids.size).toBe(5);
  });
});
