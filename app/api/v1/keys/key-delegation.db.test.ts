import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import type { Key } from "@/lib/db/generated/client";
import { type AnswerBody, createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
const admin = async () => api.as(await makeAdminBearer(t.db));
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
const knock = async (secret: unknown) => (await api.as(String(secret)).get("/me")).status;

async function personIn(team: { id: string }, role = "member") {
  const { user, bearer } = await makePerson(t.db);
  await makeMember(t.db, team, user, role);
  return { user, caller: api.as(bearer) };
}

/** The made key, or `<status> <field>` of the refusal. */
async function mint(caller: typeof api, parent: { key: { id: string } }, body: object = {}) {
  const answer = await caller.post("/keys", { type: "virtual", name: "child", parent_key_id: parent.key.id, ...body });
  const { error } = answer.body as Partial<AnswerBody>;
  const outcome = error ? `${answer.status} ${error.fields?.[0]?.path}` : "made";
  return { outcome, key: answer.body.key as Key & { status: string }, secret: answer.body.secret };
}

describe("a team's shared key", () => {
  test("lets each member make keys of their own, attributed to them and rolled up to the team", async () => {
    const team = await makeTeam(t.db);
    const shared = await makeKey(t.db, { type: "team", team_id: team.id, name: "shared", expires_at: inDays(9) });
    const { user, caller } = await personIn(team);
    expect((await caller.get(`/keys/${shared.key.id}`)).status).toBe(404);
    const offered = (await caller.get("/me/teams")).body.data;
    expect(offered).toEqual([
      expect.objectContaining({ shared_keys: [{ id: shared.key.id, name: "shared", team_id: team.id }] }),
    ]);
    const child = await mint(caller, shared);
    expect(child.key).toMatchObject({ user_id: user.id, team_id: team.id, parent_key_id: shared.key.id });
    expect(child.key.expires_at).toBe(shared.key.expires_at?.toISOString());
    expect((await mint(caller, shared, { type: "user" })).key).toMatchObject({ type: "user", user_id: user.id });
    const colleague = await personIn(team);
    expect((await mint(caller, shared, { user_id: colleague.user.id })).outcome).toBe("422 user_id");
    expect((await mint(caller, shared, { type: "team" })).outcome).toBe("403 undefined");
  });

  test("is no offer to viewers of the team, to strangers, or to members of a team below the key's", async () => {
    const root = await makeTeam(t.db);
    const below = await makeTeam(t.db, { parent_id: root.id });
    const shared = await makeKey(t.db, { type: "team", team_id: root.id });
    for (const [team, role] of [
      [root, "viewer"],
      [await makeTeam(t.db), "owner"],
      [below, "owner"],
    ] as const) {
      const { caller } = await personIn(team, role);
      expect((await mint(caller, shared)).outcome).toBe("422 parent_key_id");
      const teams = (await caller.get("/me/teams")).body.data;
      expect(teams).toEqual([expect.objectContaining({ shared_keys: [] })]);
    }
  });

  test("gives its owner guest keys of the team itself, and children for a team below", async () => {
    const team = await makeTeam(t.db);
    const below = await makeTeam(t.db, { parent_id: team.id });
    const shared = await makeKey(t.db, { type: "team", team_id: team.id });
    const { caller } = await personIn(team, "owner");
    const member = await personIn(below);
    expect((await mint(caller, shared)).key).toMatchObject({ user_id: null, team_id: team.id });
    expect((await mint(caller, shared, { type: "team", team_id: below.id })).key.team_id).toBe(below.id);
    const personal = await mint(caller, shared, { user_id: member.user.id, team_id: below.id });
    expect(personal.key).toMatchObject({ user_id: member.user.id, team_id: below.id });
    const other = await makeTeam(t.db);
    expect((await mint(caller, shared, { type: "team", team_id: other.id })).outcome).toBe("422 team_id");
    expect((await mint(caller, shared, { team_id: null })).outcome).toBe("422 team_id");
  });
});

describe("a child", () => {
  test("of a person's key stays theirs and is never of a stronger kind", async () => {
    const { user, bearer } = await makePerson(t.db);
    const parent = await makeKey(t.db, { user_id: user.id });
    const other = await makePerson(t.db);
    const caller = await admin();
    expect((await mint(caller, parent)).key.user_id).toBe(user.id);
    expect((await mint(caller, parent, { user_id: other.user.id })).outcome).toBe("422 user_id");
    expect((await mint(caller, parent, { type: "admin" })).outcome).toBe("422 type");
    expect((await mint(caller, parent, { type: "team" })).outcome).toBe("422 type");
    expect((await mint(api.as(other.bearer), parent)).outcome).toBe("422 parent_key_id");
    expect((await mint(api.as(bearer), parent)).outcome).toBe("made");
  });

  test("stands at most three keys deep", async () => {
    const { user } = await makePerson(t.db);
    const caller = await admin();
    const root = await makeKey(t.db, { user_id: user.id });
    const second = await mint(caller, root);
    const third = await mint(caller, second);
    expect(third.outcome).toBe("made");
    expect((await mint(caller, third)).outcome).toBe("422 parent_key_id");
  });

  test("names scopes that its parent has", async () => {
    const team = await makeTeam(t.db);
    const { caller } = await personIn(team);
    const parent = await makeKey(t.db, { type: "team", team_id: team.id, scopes: ["keys.*"] });
    expect((await mint(caller, parent, { type: "user", scopes: ["keys.read"] })).outcome).toBe("made");
    expect((await mint(caller, parent, { type: "user", scopes: ["usage.read"] })).outcome).toBe("403 scopes");
    const bare = await makeKey(t.db, { type: "team", team_id: team.id });
    expect((await mint(caller, bare, { type: "user", scopes: ["keys.read"] })).outcome).toBe("403 scopes");
  });

  test("is made from a live key only", async () => {
    const { user } = await makePerson(t.db);
    const caller = await admin();
    for (const state of [{ revoked_at: new Date() }, { blocked_at: new Date() }, { expires_at: inDays(-1) }]) {
      const parent = await makeKey(t.db, { user_id: user.id, ...state });
      expect((await mint(caller, parent)).outcome).toBe("422 parent_key_id");
      const between = await makeKey(t.db, { user_id: user.id, parent_key_id: parent.key.id });
      expect((await mint(caller, between)).outcome).toBe("422 parent_key_id");
    }
  });

  test("is refused as soon as a key above it is, and comes back with it", async () => {
    const { user } = await makePerson(t.db);
    const caller = await admin();
    const root = await makeKey(t.db, { user_id: user.id });
    const middle = await mint(caller, root);
    const leaf = await mint(caller, middle);
    const state = async () => [(await caller.get(`/keys/${leaf.key.id}`)).body.status, await knock(leaf.secret)];
    expect(await state()).toEqual(["active", 200]);
    await caller.post(`/keys/${root.key.id}/block`);
    expect(await state()).toEqual(["blocked", 401]);
    await caller.post(`/keys/${root.key.id}/revoke`);
    expect(await state()).toEqual(["revoked", 401]);
    expect((await caller.post(`/keys/${leaf.key.id}/restore`)).status).toBe(409);
    await caller.post(`/keys/${root.key.id}/restore`);
    await caller.post(`/keys/${root.key.id}/unblock`);
    await caller.patch(`/keys/${middle.key.id}`, { expires_at: inDays(1).toISOString() });
    await t.db.key.update({ where: { id: middle.key.id }, data: { expires_at: inDays(-1) } });
    expect(await state()).toEqual(["expired", 401]);
  });

  test("every key is listed under the status that it is shown with, and under no other", async () => {
    const team = await makeTeam(t.db);
    const states = [
      {},
      { expires_at: inDays(-1) },
      { expires_at: inDays(1) },
      { blocked_at: new Date() },
      { revoked_at: new Date() },
    ];
    for (const above of states) {
      const root = await makeKey(t.db, { team_id: team.id, ...above });
      for (const own of states) {
        const child = await makeKey(t.db, { team_id: team.id, parent_key_id: root.key.id, ...own });
        for (const below of states) await makeKey(t.db, { team_id: team.id, parent_key_id: child.key.id, ...below });
      }
    }
    const caller = await admin();
    const list = async (query: string) => (await caller.get(`/keys?team_id=${team.id}&limit=200${query}`)).body.data;
    const all = await list("");
    expect(all).toHaveLength(155);
    for (const status of ["active", "blocked", "revoked", "expired"]) {
      const expected = all.filter((key) => key.status === status).map((key) => key.id);
      expect(expected.length).toBeGreaterThan(0);
      expect((await list(`&status=${status}`)).map((key) => key.id)).toEqual(expected);
    }
  });

  test("never exceeds its parents, when it is made or later: 422 names the field and the parent's value", async () => {
    const { user } = await makePerson(t.db);
    const caller = await admin();
    const root = await makeKey(t.db, { user_id: user.id, rpm_limit: 10, allowed_models: ["gpt-*"] });
    const middle = await makeKey(t.db, { user_id: user.id, parent_key_id: root.key.id, tpm_limit: 500 });
    const refused = await caller.post("/keys", {
      type: "virtual",
      name: "x",
      parent_key_id: middle.key.id,
      rpm_limit: 11,
      tpm_limit: 501,
      allowed_models: ["gpt-4o", "o3"],
    });
    expect(refused.status).toBe(422);
    expect(refused.body.error.fields).toEqual([
      { path: "allowed_models.1", message: "is not among the parent key's: gpt-*" },
      { path: "rpm_limit", message: "must be at most 10, the parent key's" },
      { path: "tpm_limit", message: "must be at most 500, the parent key's" },
    ]);
    const child = await mint(caller, middle, { rpm_limit: 10, tpm_limit: 1, allowed_models: ["gpt-4o"] });
    expect(child.outcome).toBe("made");
    expect((await caller.patch(`/keys/${child.key.id}`, { rpm_limit: 11 })).status).toBe(422);
    expect((await caller.patch(`/keys/${child.key.id}`, { allowed_models: ["*"] })).status).toBe(422);
    // Null and the empty list mean the parents' again.
    expect((await caller.patch(`/keys/${child.key.id}`, { rpm_limit: null, allowed_models: [] })).status).toBe(200);
    await t.db.key.update({ where: { id: root.key.id }, data: { rpm_limit: 1 } });
    await t.db.key.update({ where: { id: child.key.id }, data: { rpm_limit: 5 } });
    // A parent that shrank meanwhile does not hold up what has nothing to do with it.
    expect((await caller.patch(`/keys/${child.key.id}`, { name: "renamed" })).status).toBe(200);
  });

  test("whatever is asked for, what is stored stays within the parent", async () => {
    const { user } = await makePerson(t.db);
    const caller = await admin();
    const limit = fc.option(fc.integer({ min: 1, max: 4 }), { nil: null });
    const fields = fc.record({ rpm_limit: limit, tpm_limit: limit, parallel_limit: limit });
    await fc.assert(
      fc.asyncProperty(fields, fields, fields, async (above, asked, changed) => {
        const parent = await makeKey(t.db, { user_id: user.id, ...above });
        const child = await mint(caller, parent, asked);
        if (child.key) await caller.patch(`/keys/${child.key.id}`, changed);
        const rows = await t.db.key.findMany({ where: { parent_key_id: parent.key.id } });
        for (const row of rows)
          for (const name of ["rpm_limit", "tpm_limit", "parallel_limit"] as const)
            expect(row[name] ?? 0).toBeLessThanOrEqual(above[name] ?? Number.POSITIVE_INFINITY);
        const fits = (wanted: typeof asked) =>
          Object.entries(above).every(
            ([name, max]) => max === null || (wanted[name as keyof typeof wanted] ?? 0) <= max,
          );
        expect(rows.length).toBe(fits(asked) ? 1 : 0);
      }),
      { numRuns: 25 },
    );
  });
});
