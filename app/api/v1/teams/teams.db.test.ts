import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeBudget } from "@/lib/testing/gateway";

const t = openTestDatabase();
const api = createApi(routes);
const admin = async () => api.as(await makeAdminBearer(t.db));

async function ownerOf(team: { id: string }) {
  const { user, bearer } = await makePerson(t.db);
  await makeMember(t.db, team, user, "owner");
  return api.as(bearer);
}

describe("creating a team", () => {
  test("answers 201 with the team, audits it and announces it, all or nothing", async () => {
    const { status, body, headers } = await (await admin()).post("/teams", {
      name: "Engineering",
      budget: { limit_usd: "5", period: "monthly" },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: "Engineering", parent_id: null, path: [body.id], version: 1 });
    expect(headers.get("etag")).toBe('"1"');
    const audit = await t.db.auditEntry.findMany({ where: { target_id: body.id } });
    expect(audit.map((entry) => entry.action)).toEqual(["team.created"]);
    expect(await t.db.message.count({ where: { type: "team.created", data: { path: ["id"], equals: body.id } } })).toBe(
      1,
    );
    expect(await t.db.budget.findFirst({ where: { scope_id: body.id } })).toMatchObject({
      limit_nano: 5_000_000_000n,
    });
  });

  test("a sub-team's path runs from the organisation down", async () => {
    const parent = await makeTeam(t.db);
    const { body } = await (await admin()).post("/teams", { name: "Platform", parent_id: parent.id });
    expect(body.path).toEqual([parent.id, body.id]);
  });

  test.each([
    [{}, "name"],
    [{ name: " " }, "name"],
    [{ name: "x", colour: "red" }, "colour"],
    [{ name: "x", rpm_limit: 0 }, "rpm_limit"],
    [{ name: "x", parent_id: "team_01jd0c4x8k9m2n3p4q5r6s7t8v" }, "parent_id"],
    [{ name: "x", budget: { limit_usd: 5, period: "monthly" } }, "budget.limit_usd"],
    [{ name: "x", budget: { limit_usd: "1.0000000001", period: "monthly" } }, "budget.limit_usd"],
  ])("refuses %j and names the field", async (body, path) => {
    const answer = await (await admin()).post("/teams", body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(path);
  });

  test("needs a caller, and one with the right", async () => {
    expect((await api.post("/teams", { name: "x" })).status).toBe(401);
    const { bearer } = await makePerson(t.db);
    expect((await api.as(bearer).post("/teams", { name: "x" })).status).toBe(403);
  });

  test("an owner creates below their team and nowhere else", async () => {
    const mine = await makeTeam(t.db);
    const other = await makeTeam(t.db);
    const owner = await ownerOf(mine);
    expect((await owner.post("/teams", { name: "below", parent_id: mine.id })).status).toBe(201);
    expect((await owner.post("/teams", { name: "root" })).status).toBe(403);
    expect((await owner.post("/teams", { name: "beside", parent_id: other.id })).status).toBe(422);
  });

  test("sibling names are unique, whatever their case", async () => {
    const caller = await admin();
    expect((await caller.post("/teams", { name: "Twins" })).status).toBe(201);
    const second = await caller.post("/teams", { name: "tWINS" });
    expect(second.status).toBe(409);
  });

  test("an idempotency key makes it happen once; another body under it is refused", async () => {
    const caller = await admin();
    const headers = { "idempotency-key": "create-once" };
    const first = await caller.post("/teams", { name: "Once" }, { headers });
    const second = await caller.post("/teams", { name: "Once" }, { headers });
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect((await caller.post("/teams", { name: "Twice" }, { headers })).body.error.code).toBe("idempotency_mismatch");
    expect(await t.db.team.count({ where: { name: "Once" } })).toBe(1);
  });
});

describe("reading teams", () => {
  test("hidden and missing give the same answer", async () => {
    const hidden = await makeTeam(t.db);
    const { bearer } = await makePerson(t.db);
    const mine = await makeTeam(t.db);
    const caller = await ownerOf(mine);
    const answers = await Promise.all([
      caller.get(`/teams/${hidden.id}`),
      caller.get("/teams/team_01jd0c4x8k9m2n3p4q5r6s7t8v"),
    ]);
    const [a, b] = answers.map(({ status, body }) => ({ status, code: body.error.code, message: body.error.message }));
    expect(a).toEqual({ status: 404, code: "not_found", message: "No such resource." });
    expect(b).toEqual(a);
    expect((await api.as(bearer).get(`/teams/${hidden.id}`)).status).toBe(404);
  });

  test("a member sees the subtree and nothing beside it", async () => {
    const root = await makeTeam(t.db);
    const child = await makeTeam(t.db, { parent_id: root.id });
    await makeTeam(t.db);
    const { user, bearer } = await makePerson(t.db);
    await makeMember(t.db, root, user);
    const { body } = await api.as(bearer).get("/teams?tree=true");
    expect(body.data.map((team) => team.id)).toEqual([root.id, child.id]);
  });

  test("pages through all without skip or repeat, in either order of every sort", async () => {
    const parent = await makeTeam(t.db);
    for (const name of ["d", "a", "c", "e", "b"]) await makeTeam(t.db, { parent_id: parent.id, name });
    const caller = await admin();
    for (const [sort, expected] of [
      ["name", "abcde"],
      ["-name", "edcba"],
      ["created_at", "daceb"],
      ["-created_at", "becad"],
    ] as const) {
      let cursor: string | null = "";
      let seen = "";
      do {
        const { body } = await caller.get(
          `/teams?parent_id=${parent.id}&sort=${sort}&limit=2${cursor ? `&cursor=${cursor}` : ""}`,
        );
        seen += body.data.map((team) => team.name).join("");
        cursor = body.next_cursor;
      } while (cursor);
      expect(seen).toBe(expected);
    }
  });

  test("a foreign cursor, an unknown sort and an unknown filter are named", async () => {
    const caller = await admin();
    for (const [query, path] of [
      ["cursor=abc", "cursor"],
      ["sort=colour", "sort"],
      ["color=red", "color"],
      ["limit=500", "limit"],
    ] as const) {
      const { status, body } = await caller.get(`/teams?${query}`);
      expect(status).toBe(422);
      expect(body.error.fields[0]?.path).toBe(path);
    }
  });
});

describe("changing teams", () => {
  test("a stale If-Match is refused and changes nothing", async () => {
    const team = await makeTeam(t.db);
    const caller = await admin();
    expect(
      (await caller.patch(`/teams/${team.id}`, { name: "first" }, { headers: { "if-match": '"1"' } })).headers.get(
        "etag",
      ),
    ).toBe('"2"');
    const stale = await caller.patch(`/teams/${team.id}`, { name: "second" }, { headers: { "if-match": '"1"' } });
    expect(stale.status).toBe(412);
    expect((await caller.get(`/teams/${team.id}`)).body.name).toBe("first");
  });

  test("an owner renames their team but cannot widen its limits, which are set from above", async () => {
    const root = await makeTeam(t.db, { rpm_limit: 10 });
    const child = await makeTeam(t.db, { parent_id: root.id, rpm_limit: 5 });
    const owner = await ownerOf(root);
    expect((await owner.patch(`/teams/${root.id}`, { name: "renamed" })).status).toBe(200);
    expect((await owner.patch(`/teams/${root.id}`, { rpm_limit: 1000 })).status).toBe(403);
    expect((await owner.patch(`/teams/${child.id}`, { rpm_limit: 7 })).status).toBe(200);
  });

  test("a move takes the whole subtree along; a circle is refused", async () => {
    const [a, b] = [await makeTeam(t.db), await makeTeam(t.db)];
    const child = await makeTeam(t.db, { parent_id: a.id });
    const leaf = await makeTeam(t.db, { parent_id: child.id });
    const caller = await admin();
    expect((await caller.patch(`/teams/${child.id}`, { parent_id: b.id })).status).toBe(200);
    expect((await caller.get(`/teams/${leaf.id}`)).body.path).toEqual([b.id, child.id, leaf.id]);
    expect((await caller.patch(`/teams/${b.id}`, { parent_id: leaf.id })).status).toBe(422);
    expect((await caller.patch(`/teams/${child.id}`, { parent_id: null })).body.path).toEqual([child.id]);
  });

  test("only an empty team can be deleted", async () => {
    const root = await makeTeam(t.db);
    const child = await makeTeam(t.db, { parent_id: root.id });
    await makeKey(t.db, { type: "team", team_id: child.id });
    const caller = await admin();
    expect((await caller.delete(`/teams/${root.id}`)).status).toBe(409);
    expect((await caller.delete(`/teams/${child.id}`)).status).toBe(409);
    await t.db.key.deleteMany({ where: { team_id: child.id } });
    expect((await caller.delete(`/teams/${child.id}`)).status).toBe(204);
    expect((await caller.delete(`/teams/${child.id}`)).status).toBe(404);
  });
});

describe("what is effective", () => {
  test("names for each limit the team that it comes from, for a member who cannot see those above", async () => {
    const root = await makeTeam(t.db, { rpm_limit: 100, tpm_limit: 9_000, allowed_models: ["gpt-*"] });
    const middle = await makeTeam(t.db, { parent_id: root.id, rpm_limit: 50 });
    const leaf = await makeTeam(t.db, { parent_id: middle.id, rpm_limit: 80, blocked_models: ["gpt-4"] });
    for (const team of [root, leaf]) await makeBudget(t.db, { type: "team", id: team.id }, "5");
    const { user, bearer } = await makePerson(t.db);
    await makeMember(t.db, leaf, user);
    const caller = api.as(bearer);
    expect((await caller.get(`/teams/${root.id}`)).status).toBe(404);
    const { status, body } = await caller.get(`/teams/${leaf.id}/effective`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      team_id: leaf.id,
      models: [
        { allowed_models: ["gpt-*"], blocked_models: [], source: { id: root.id, name: root.name } },
        { allowed_models: [], blocked_models: ["gpt-4"], source: { id: leaf.id } },
      ],
      rpm_limit: { value: 50, source: { id: middle.id } },
      tpm_limit: { value: 9_000, source: { id: root.id } },
      parallel_limit: null,
    });
    const budgets = body.budgets as { scope: { id: string } }[];
    expect(new Set(budgets.map(({ scope }) => scope.id))).toEqual(new Set([root.id, leaf.id]));
    expect((await caller.get(`/teams/${middle.id}/effective`)).status).toBe(404);
    expect((await api.get(`/teams/${leaf.id}/effective`)).status).toBe(401);
  });
});

describe("members", () => {
  test("are listed from a cursor that the list gave out, and no other", async () => {
    const team = await makeTeam(t.db);
    const answer = await (await admin()).get(`/teams/${team.id}/members?cursor=garbage`);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe("cursor");
  });

  test("are added once, changed and removed; those of the identity provider are not ours to change", async () => {
    const team = await makeTeam(t.db);
    const [manual, oidc] = [await makeUser(t.db), await makeUser(t.db)];
    await makeMember(t.db, team, oidc, "owner", "oidc");
    const caller = await admin();
    expect((await caller.post(`/teams/${team.id}/members`, { user_id: manual.id })).status).toBe(201);
    expect((await caller.post(`/teams/${team.id}/members`, { user_id: manual.id })).status).toBe(409);
    expect((await caller.patch(`/teams/${team.id}/members/${manual.id}`, { role: "owner" })).body.role).toBe("owner");
    expect((await caller.delete(`/teams/${team.id}/members/${oidc.id}`)).status).toBe(409);
    expect((await caller.delete(`/teams/${team.id}/members/${manual.id}`)).status).toBe(204);
    const { body } = await caller.get(`/teams/${team.id}/members`);
    expect(body.data).toEqual([
      { user_id: oidc.id, email: oidc.email, name: null, role: "owner", sources: [{ source: "oidc", role: "owner" }] },
    ]);
  });

  test("of the teams above are told where asked for, with the team that they come from, and to nobody who does not see it", async () => {
    const root = await makeTeam(t.db, { name: "Above" });
    const child = await makeTeam(t.db, { parent_id: root.id });
    const [boss, { user, bearer }] = [await makeUser(t.db), await makePerson(t.db)];
    await makeMember(t.db, root, boss, "owner");
    await makeMember(t.db, child, boss, "member", "oidc");
    await makeMember(t.db, child, user, "owner");
    const caller = await admin();
    const path = `/teams/${child.id}/members?inherited=true`;
    const { body } = await caller.get(path);
    expect(body.data.find((row) => row.user_id === boss.id)).toMatchObject({
      role: "owner",
      sources: [
        { source: "oidc", role: "member" },
        { source: "manual", role: "owner", inherited_from: { id: root.id, name: "Above" } },
      ],
    });
    const direct = (await caller.get(`/teams/${child.id}/members`)).body.data.find((row) => row.user_id === boss.id);
    expect(direct).toMatchObject({ role: "member", sources: [{ source: "oidc", role: "member" }] });
    const seen = (await api.as(bearer).get(path)).body.data.find((row) => row.user_id === boss.id);
    expect(seen).toEqual(direct);
  });

  test("a plain member cannot add anyone", async () => {
    const team = await makeTeam(t.db);
    const { user, bearer } = await makePerson(t.db);
    await makeMember(t.db, team, user);
    const other = await makeUser(t.db);
    expect((await api.as(bearer).post(`/teams/${team.id}/members`, { user_id: other.id })).status).toBe(403);
  });
});
