import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam, makeUser } from "@/lib/testing/factories";
import { signInAs } from "@/lib/testing/sessions";

const t = openTestDatabase();
const api = createApi(routes);
const admin = async () => api.as(await makeAdminBearer(t.db));
const missing = "usr_01jd0c4x8k9m2n3p4q5r6s7t8v";

describe("creating a user", () => {
  test("answers 201 with memberships and budget, audits and announces it", async () => {
    const team = await makeTeam(t.db, { name: "Engineering" });
    const { status, body } = await (await admin()).post("/users", {
      email: " Ada@Example.TEST ",
      name: "Ada",
      teams: [{ team_id: team.id, role: "owner" }],
      budget: { limit_usd: "3", period: "monthly" },
      rpm_limit: 7,
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      email: "ada@example.test",
      role: "user",
      created_via: "api",
      rpm_limit: 7,
      teams: [{ team_id: team.id, name: "Engineering", role: "owner", sources: [{ source: "manual", role: "owner" }] }],
    });
    const actions = await t.db.auditEntry.findMany({ where: { target_id: { in: [body.id, team.id] } } });
    expect(actions.map((entry) => entry.action).sort()).toEqual(["member.added", "user.created"]);
    const where = { type: "user.provisioned", data: { path: ["id"], equals: body.id } };
    expect(await t.db.message.count({ where })).toBe(1);
    expect(await t.db.budget.count({ where: { scope_type: "user", scope_id: body.id } })).toBe(1);
  });

  test("an address is taken whatever its case, and nothing of the refused user remains", async () => {
    const caller = await admin();
    const team = await makeTeam(t.db);
    expect((await caller.post("/users", { email: "twin@example.test" })).status).toBe(201);
    const second = await caller.post("/users", { email: "TWIN@example.test", teams: [{ team_id: team.id }] });
    expect(second.status).toBe(409);
    expect(second.body.error.fields[0]?.path).toBe("email");
    expect(await t.db.membership.count({ where: { team_id: team.id } })).toBe(0);
  });

  test.each([
    [{}, "email"],
    [{ email: "not an address" }, "email"],
    [{ email: "a@x.test", role: "root" }, "role"],
    [{ email: "a@x.test", colour: "red" }, "colour"],
    [{ email: "a@x.test", teams: [{ team_id: "team_01jd0c4x8k9m2n3p4q5r6s7t8v" }] }, "teams.0.team_id"],
    [{ email: "a@x.test", budget: { limit_usd: "1", period: "hourly" } }, "budget.period"],
  ])("refuses %j and names the field", async (body, path) => {
    const answer = await (await admin()).post("/users", body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(path);
  });

  test("a team named twice is refused", async () => {
    const team = await makeTeam(t.db);
    const teams = [{ team_id: team.id }, { team_id: team.id, role: "owner" }];
    const answer = await (await admin()).post("/users", { email: "double@example.test", teams });
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe("teams.1.team_id");
  });

  test("is an administrator's right", async () => {
    expect((await api.post("/users", { email: "x@example.test" })).status).toBe(401);
    for (const role of ["manager", "user", "viewer"]) {
      const { bearer } = await makePerson(t.db, { role });
      expect((await api.as(bearer).post("/users", { email: "x@example.test" })).status).toBe(403);
    }
  });

  test("a key with narrow scopes makes plain users, and no one who could do more than itself", async () => {
    const { user } = await makePerson(t.db, { role: "admin" });
    const { secret } = await makeKey(t.db, { user_id: user.id, scopes: ["users.*"] });
    const narrow = api.as(secret);
    expect((await narrow.post("/users", { email: "plain@example.test" })).status).toBe(201);
    for (const role of ["manager", "admin"]) {
      const { status, body } = await narrow.post("/users", { email: `${role}@example.test`, role });
      expect(status).toBe(403);
      expect(body.error.fields[0]?.path).toBe("role");
    }
    const other = await makeUser(t.db, { role: "admin" });
    expect((await narrow.patch(`/users/${other.id}`, { email: "mine@example.test" })).status).toBe(403);
    expect((await narrow.delete(`/users/${other.id}`)).status).toBe(403);
  });
});

describe("reading users", () => {
  test("hidden and missing give the same answer", async () => {
    const hidden = await makeUser(t.db);
    const { bearer } = await makePerson(t.db);
    const answers = await Promise.all(
      [hidden.id, missing].map((id) => api.as(bearer).get(`/users/${id}`, { headers: { "x-request-id": "same" } })),
    );
    expect(answers[0]).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    expect(answers[1]?.body).toEqual(answers[0]?.body);
  });

  test("a person sees themselves, an owner the people of their subtree, without other teams' names", async () => {
    const root = await makeTeam(t.db);
    const child = await makeTeam(t.db, { parent_id: root.id });
    const elsewhere = await makeTeam(t.db);
    const [below, outside] = [await makeUser(t.db), await makeUser(t.db)];
    await makeMember(t.db, child, below);
    await makeMember(t.db, elsewhere, below, "owner");
    await makeMember(t.db, elsewhere, outside);
    const { user, bearer } = await makePerson(t.db);
    await makeMember(t.db, root, user, "owner");
    const caller = api.as(bearer);
    const { body } = await caller.get("/users");
    expect(body.data.map((row) => row.id).sort()).toEqual([user.id, below.id].sort());
    const seen = await caller.get(`/users/${below.id}`);
    expect(seen.body.teams).toEqual([expect.objectContaining({ team_id: child.id })]);
    expect((await caller.get(`/users?team_id=${elsewhere.id}`)).body.data).toEqual([]);
    expect((await caller.patch(`/users/${below.id}`, { name: "x" })).status).toBe(403);
    const { bearer: plain, user: self } = await makePerson(t.db);
    expect((await api.as(plain).get("/users")).body.data.map((row) => row.id)).toEqual([self.id]);
  });

  test("filters by text, role, team with those below, and state; a wildcard is a plain character", async () => {
    const team = await makeTeam(t.db);
    const child = await makeTeam(t.db, { parent_id: team.id });
    const [a, b] = [
      await makeUser(t.db, { email: "filter_one@example.test", name: "Grace", created_at: new Date(1) }),
      await makeUser(t.db, { email: "filterxone@example.test", role: "viewer", disabled_at: new Date() }),
    ];
    await makeMember(t.db, team, a);
    await makeMember(t.db, child, b);
    const caller = await admin();
    const ids = async (query: string) =>
      (await caller.get(`/users?sort=created_at&${query}`)).body.data.map((row) => row.id);
    expect(await ids("q=FILTER")).toEqual([a.id, b.id]);
    expect(await ids("q=filter_")).toEqual([a.id]);
    expect(await ids("q=grac")).toEqual([a.id]);
    expect(await ids(`team_id=${team.id}`)).toEqual([a.id, b.id]);
    expect(await ids(`team_id=${team.id}&role=viewer`)).toEqual([b.id]);
    expect(await ids(`team_id=${team.id}&disabled=true`)).toEqual([b.id]);
    expect(await ids(`team_id=${team.id}&disabled=false`)).toEqual([a.id]);
  });

  test.each(["email", "-email", "created_at", "-created_at"])("pages by %s without skip or repeat", async (sort) => {
    const team = await makeTeam(t.db);
    const emails = ["d", "a", "c", "e", "b"].map((letter) => `${letter}-${team.id}@example.test`);
    for (const [index, email] of emails.entries())
      await makeMember(t.db, team, await makeUser(t.db, { email, created_at: new Date(1_700_000_000_000 + index) }));
    const caller = await admin();
    const seen: unknown[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { body } = await caller.get(
        `/users?team_id=${team.id}&sort=${sort}&limit=2${cursor ? `&cursor=${cursor}` : ""}`,
      );
      seen.push(...body.data.map((row) => row.email));
      cursor = body.next_cursor;
    }
    const ordered = sort.endsWith("email") ? [...emails].sort() : emails;
    expect(seen).toEqual(sort.startsWith("-") ? [...ordered].reverse() : ordered);
  });

  test("names a sort that there is none of", async () => {
    const { status, body } = await (await admin()).get("/users?sort=name");
    expect(status).toBe(422);
    expect(body.error.fields[0]?.path).toBe("sort");
  });
});

describe("changing a user", () => {
  test("a stale If-Match is refused; an address that is taken is a conflict", async () => {
    const user = await makeUser(t.db);
    const other = await makeUser(t.db);
    const caller = await admin();
    const first = await caller.patch(`/users/${user.id}`, { name: "A" }, { headers: { "if-match": '"1"' } });
    expect(first.headers.get("etag")).toBe('"2"');
    const stale = await caller.patch(`/users/${user.id}`, { name: "B" }, { headers: { "if-match": '"1"' } });
    expect(stale.status).toBe(412);
    expect((await caller.patch(`/users/${user.id}`, { email: other.email.toUpperCase() })).status).toBe(409);
    expect((await caller.get(`/users/${user.id}`)).body).toMatchObject({ name: "A", email: user.email });
    expect((await caller.patch(`/users/${missing}`, { name: "A" })).status).toBe(404);
  });

  test("nobody changes their own role, disables or deletes themselves; others may, down to the last one", async () => {
    const { user, bearer } = await makePerson(t.db, { role: "admin" });
    const self = api.as(bearer);
    expect((await self.patch(`/users/${user.id}`, { role: "user" })).status).toBe(409);
    expect((await self.patch(`/users/${user.id}`, { role: "admin", name: "Same" })).status).toBe(200);
    expect((await self.post(`/users/${user.id}/disable`)).status).toBe(409);
    expect((await self.delete(`/users/${user.id}`)).status).toBe(409);
    expect((await (await admin()).patch(`/users/${user.id}`, { role: "user" })).body.role).toBe("user");
    expect((await self.get("/settings")).status).toBe(403);
  });

  test("disabling ends sessions and keys at once and is announced; enabling brings back the keys, not the sessions", async () => {
    const { user, bearer } = await makePerson(t.db);
    const session = await signInAs(t.db, user);
    const caller = await admin();
    expect((await api.get("/users", session)).status).toBe(200);
    const disabled = await caller.post(`/users/${user.id}/disable`, { reason: "left" });
    expect(disabled.body).toMatchObject({ disabled_reason: "left", disabled_at: expect.any(String) });
    expect((await api.get("/users", session)).status).toBe(401);
    expect((await api.as(bearer).get("/users")).status).toBe(401);
    const where = { type: "user.disabled", data: { path: ["id"], equals: user.id } };
    expect(await t.db.message.count({ where })).toBe(1);
    expect((await caller.post(`/users/${user.id}/disable`)).status).toBe(409);
    expect((await caller.post(`/users/${user.id}/enable`)).body.disabled_at).toBeNull();
    expect((await caller.post(`/users/${user.id}/enable`)).status).toBe(409);
    expect((await api.as(bearer).get("/users")).status).toBe(200);
    expect((await api.get("/users", session)).status).toBe(401);
  });

  test("signing out ends every session and leaves keys alone", async () => {
    const { user, bearer } = await makePerson(t.db);
    const session = await signInAs(t.db, user);
    expect((await (await admin()).post(`/users/${user.id}/sign-out`)).status).toBe(201);
    expect((await api.get("/users", session)).status).toBe(401);
    expect((await api.as(bearer).get("/users")).status).toBe(200);
    expect((await api.as(bearer).post(`/users/${user.id}/sign-out`)).status).toBe(403);
  });

  test("deleting takes memberships and keys along, names the keys in the log, and keeps the rest", async () => {
    const team = await makeTeam(t.db);
    const { user, bearer } = await makePerson(t.db);
    await makeMember(t.db, team, user);
    const own = await t.db.key.findFirstOrThrow({ where: { user_id: user.id } });
    const shared = await makeKey(t.db, { type: "team", team_id: team.id });
    const child = await makeKey(t.db, { type: "virtual", user_id: user.id, parent_key_id: shared.key.id });
    const caller = await admin();
    expect((await caller.delete(`/users/${user.id}`)).status).toBe(204);
    expect((await api.as(bearer).get("/users")).status).toBe(401);
    expect((await caller.delete(`/users/${user.id}`)).status).toBe(404);
    expect(await t.db.membership.count({ where: { team_id: team.id } })).toBe(0);
    expect(await t.db.key.count({ where: { id: shared.key.id } })).toBe(1);
    const entry = await t.db.auditEntry.findFirstOrThrow({ where: { target_id: user.id, action: "user.deleted" } });
    expect(entry.details).toEqual({ key_ids: [own.id, child.key.id].sort() });
  });
});
