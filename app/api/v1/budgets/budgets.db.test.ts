import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { createBudgetFor } from "@/lib/budgets/service";
import { systemContext } from "@/lib/context";
import { periodAt } from "@/lib/periods";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeAlert, makeBudget, makeUsageEvent } from "@/lib/testing/ledger-rows";

const t = openTestDatabase();
const api = createApi(routes);
const admin = async () => api.as(await makeAdminBearer(t.db));
const terms = { limit_usd: "10", period: "monthly" };
const missingBudget = "bud_01jd0c4x8k9m2n3p4q5r6s7t8v";

async function personIn(team: { id: string }, role: string) {
  const { user, bearer } = await makePerson(t.db);
  await makeMember(t.db, team, user, role);
  return { user, caller: api.as(bearer) };
}

/** A root team with a sub-team below and a stranger beside it; an owner, a member and a key in each place that matters. */
async function makeWorld() {
  const root = await makeTeam(t.db);
  const child = await makeTeam(t.db, { parent_id: root.id });
  const stranger = await makeTeam(t.db);
  const owner = await personIn(root, "owner");
  const member = await personIn(root, "member");
  const outsider = await personIn(stranger, "owner");
  const memberKey = (await makeKey(t.db, { user_id: member.user.id, team_id: root.id })).key;
  const teamKey = (await makeKey(t.db, { type: "team", team_id: root.id })).key;
  const loneKey = (await makeKey(t.db, { user_id: outsider.user.id })).key;
  return { root, child, stranger, owner, member, outsider, memberKey, teamKey, loneKey };
}

describe("creating a budget", () => {
  test("answers 201 with the budget and its account, audits it, and counts what was spent already", async () => {
    const team = await makeTeam(t.db, { name: "Books" });
    const start = periodAt("monthly", "Asia/Tokyo", Date.now()).start;
    await makeUsageEvent(t.db, { team_id: team.id, cost_nano: 2_500_000_001n, started_at: start });
    await makeUsageEvent(t.db, { team_id: team.id, cost_nano: 9n, started_at: new Date(start.getTime() - 1) });
    const { status, body, headers } = await (await admin()).post("/budgets", {
      scope: { type: "team", id: team.id },
      ...terms,
      timezone: "Asia/Tokyo",
      hard: false,
      thresholds: [90, 50, 90],
    });
    expect(status).toBe(201);
    expect(headers.get("etag")).toBe('"1"');
    expect(body).toMatchObject({
      scope: { type: "team", id: team.id, name: "Books" },
      limit_usd: "10.00",
      timezone: "Asia/Tokyo",
      hard: false,
      thresholds: [50, 90],
      current: {
        period_start: start.toISOString(),
        spent_usd: "2.500000001",
        held_usd: "0.00",
        remaining_usd: "7.499999999",
        percent: 25,
      },
    });
    expect(await t.db.budgetPeriod.findMany({ where: { budget_id: body.id } })).toMatchObject([
      { opening_nano: 2_500_000_001n, spent_nano: 2_500_000_001n },
    ]);
    const audit = await t.db.auditEntry.findMany({ where: { target_id: body.id } });
    expect(audit).toMatchObject([{ action: "budget.created", after: { limit_usd: "10.00", scope_id: team.id } }]);
  });

  test("every kind of scope takes one, and several", async () => {
    const { root, member, memberKey } = await makeWorld();
    const caller = await admin();
    const scopes = [
      { type: "team", id: root.id },
      { type: "user", id: member.user.id },
      { type: "key", id: memberKey.id },
      { type: "member", id: `${root.id}/${member.user.id}` },
    ];
    for (const scope of scopes) {
      expect((await caller.post("/budgets", { scope, ...terms })).status).toBe(201);
      expect((await caller.post("/budgets", { scope, ...terms, period: "total" })).body.current).toMatchObject({
        period_start: "1970-01-01T00:00:00.000Z",
        period_end: null,
      });
    }
    const { body } = await caller.get(`/budgets?scope_type=member&scope_id=${root.id}/${member.user.id}`);
    expect(body.data.map((budget) => (budget.scope as { name: string }).name)).toEqual(
      Array(2).fill(`${root.name} / ${member.user.email}`),
    );
  });

  test("thresholds that are not given are those of the settings", async () => {
    const team = await makeTeam(t.db);
    const caller = await admin();
    expect((await caller.post("/budgets", { scope: { type: "team", id: team.id }, ...terms })).body.thresholds).toEqual(
      [50, 75, 90, 100],
    );
    await t.db.settings.update({ where: { id: 1 }, data: { data: { alert_thresholds: [80] } } });
    expect((await caller.post("/budgets", { scope: { type: "team", id: team.id }, ...terms })).body.thresholds).toEqual(
      [80],
    );
    await t.db.settings.update({ where: { id: 1 }, data: { data: {} } });
  });

  test.each([
    [{ ...terms }, "scope"],
    [{ ...terms, scope: { type: "planet", id: "x" } }, "scope.type"],
    [{ ...terms, scope: { type: "team", id: "team_01jd0c4x8k9m2n3p4q5r6s7t8v" } }, "scope.id"],
    [{ ...terms, scope: { type: "key", id: "key_01jd0c4x8k9m2n3p4q5r6s7t8v" } }, "scope.id"],
    [{ ...terms, scope: { type: "user", id: "nobody" } }, "scope.id"],
    [{ ...terms, scope: { type: "member", id: "team_x/usr_x" } }, "scope.id"],
    [{ ...terms, scope: { type: "member", id: "team_x" } }, "scope.id"],
    [{ ...terms, limit_usd: 10 }, "limit_usd"],
    [{ ...terms, limit_usd: "-1" }, "limit_usd"],
    [{ ...terms, limit_usd: "1.0000000001" }, "limit_usd"],
    [{ ...terms, period: "hourly" }, "period"],
    [{ ...terms, timezone: "Mars/Olympus" }, "timezone"],
    [{ ...terms, thresholds: [0] }, "thresholds.0"],
    [{ ...terms, thresholds: [101] }, "thresholds.0"],
    [{ ...terms, colour: "red" }, "colour"],
  ])("refuses %j and names the field", async (body, path) => {
    const team = await makeTeam(t.db);
    const scope = { type: "team", id: team.id };
    const answer = await (await admin()).post("/budgets", { ...(path === "scope" ? {} : { scope }), ...body });
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields.map((field) => field.path)).toContain(path);
  });

  test("a person who is no member has no member's budget; one by inheritance has", async () => {
    const { root, child, member, outsider } = await makeWorld();
    const caller = await admin();
    const add = (id: string) => caller.post("/budgets", { scope: { type: "member", id }, ...terms });
    expect((await add(`${root.id}/${outsider.user.id}`)).body.error.fields[0]?.path).toBe("scope.id");
    expect((await add(`${child.id}/${member.user.id}`)).status).toBe(201);
    expect((await add(`${child.id}/${member.user.id}/x`)).status).toBe(422);
  });
});

describe("who may limit what", () => {
  test("nobody without a right: no caller, a person of their own, a plain member, a reading key", async () => {
    const { root, member, owner } = await makeWorld();
    const body = { scope: { type: "team", id: root.id }, ...terms };
    expect((await api.post("/budgets", body)).status).toBe(401);
    expect((await api.as((await makePerson(t.db)).bearer).post("/budgets", body)).status).toBe(403);
    expect((await member.caller.post("/budgets", body)).status).toBe(403);
    const reader = await makeKey(t.db, { user_id: owner.user.id, scopes: ["budgets.read"] });
    expect((await api.as(reader.secret).post("/budgets", body)).status).toBe(403);
  });

  test("an owner: what lies strictly below their team, and not the team, themselves, or anything beside it", async () => {
    const { root, child, stranger, owner, member, outsider, memberKey, teamKey, loneKey } = await makeWorld();
    const ownKey = (await makeKey(t.db, { user_id: owner.user.id, team_id: root.id })).key;
    const cases = [
      ["team", child.id, 201],
      ["member", `${root.id}/${member.user.id}`, 201],
      ["member", `${child.id}/${member.user.id}`, 201],
      ["key", memberKey.id, 201],
      ["key", teamKey.id, 201],
      ["team", root.id, 403],
      ["user", member.user.id, 403],
      ["user", owner.user.id, 403],
      ["member", `${root.id}/${owner.user.id}`, 403],
      ["key", ownKey.id, 403],
      ["team", stranger.id, 422],
      ["user", outsider.user.id, 422],
      ["member", `${stranger.id}/${outsider.user.id}`, 422],
      ["key", loneKey.id, 422],
    ] as const;
    for (const [type, id, status] of cases) {
      const answer = await owner.caller.post("/budgets", { scope: { type, id }, ...terms });
      expect([type, id, answer.status]).toEqual([type, id, status]);
    }
  });

  test("an owner of an ancestor owns the sub-team, and so may limit it and change its limit", async () => {
    const { root, child } = await makeWorld();
    const leaf = await makeTeam(t.db, { parent_id: child.id });
    const { caller } = await personIn(child, "owner");
    const onChild = await makeBudget(t.db, { type: "team", id: child.id });
    const onLeaf = await makeBudget(t.db, { type: "team", id: leaf.id });
    expect((await caller.patch(`/budgets/${onChild.id}`, { limit_usd: "99" })).status).toBe(403);
    expect((await caller.delete(`/budgets/${onChild.id}`)).status).toBe(403);
    expect((await caller.patch(`/budgets/${onLeaf.id}`, { limit_usd: "99" })).status).toBe(200);
    const above = await personIn(root, "owner");
    expect((await above.caller.patch(`/budgets/${onChild.id}`, { limit_usd: "99" })).status).toBe(200);
    expect((await above.caller.delete(`/budgets/${onLeaf.id}`)).status).toBe(204);
  });

  test("a manager limits anything", async () => {
    const { root, owner } = await makeWorld();
    const manager = api.as((await makePerson(t.db, { role: "manager" })).bearer);
    for (const scope of [
      { type: "team", id: root.id },
      { type: "user", id: owner.user.id },
    ])
      expect((await manager.post("/budgets", { scope, ...terms })).status).toBe(201);
  });

  test("a team's key acts as its owner, and yet does not widen its own limit or that of the key it came from", async () => {
    const { root } = await makeWorld();
    const scopes = ["budgets.*"];
    const parent = await makeKey(t.db, { type: "team", team_id: root.id, scopes });
    const key = await makeKey(t.db, { type: "team", team_id: root.id, parent_key_id: parent.key.id, scopes });
    const sibling = await makeKey(t.db, { type: "team", team_id: root.id });
    const caller = api.as(key.secret);
    const patch = async (id: string) =>
      (await caller.patch(`/budgets/${(await makeBudget(t.db, { type: "key", id })).id}`, { hard: false })).status;
    expect(await patch(sibling.key.id)).toBe(200);
    expect(await patch(key.key.id)).toBe(403);
    expect(await patch(parent.key.id)).toBe(403);
  });

  test("a domain that has checked its own right gives a plain person's new key a budget", async () => {
    const { member, memberKey } = await makeWorld();
    const ctx = {
      ...systemContext(t.db, "test"),
      principal: {
        kind: "session" as const,
        id: member.user.id,
        name: member.user.email,
        authority: { role: "user" as const, userId: member.user.id, teamRoles: new Map(), scopes: null },
      },
    };
    await makeUsageEvent(t.db, { key_id: memberKey.id, cost_nano: 5n });
    const budget = await createBudgetFor(
      ctx,
      { type: "key", id: memberKey.id },
      { limit_usd: "1", period: "total", timezone: "UTC", hard: true },
    );
    expect(await t.db.budgetPeriod.findFirst({ where: { budget_id: budget.id } })).toMatchObject({ spent_nano: 5n });
  });
});

describe("reading budgets", () => {
  test("each sees what is theirs: own things, their teams', and as an owner all that lies in them", async () => {
    const { root, child, stranger, owner, member, outsider, memberKey, teamKey, loneKey } = await makeWorld();
    const scopes = {
      root: { type: "team", id: root.id },
      child: { type: "team", id: child.id },
      stranger: { type: "team", id: stranger.id },
      member: { type: "user", id: member.user.id },
      owner: { type: "user", id: owner.user.id },
      memberKey: { type: "key", id: memberKey.id },
      teamKey: { type: "key", id: teamKey.id },
      loneKey: { type: "key", id: loneKey.id },
      memberInRoot: { type: "member", id: `${root.id}/${member.user.id}` },
      ownerInRoot: { type: "member", id: `${root.id}/${owner.user.id}` },
    };
    const names = new Map<string, string>();
    for (const [name, scope] of Object.entries(scopes)) names.set((await makeBudget(t.db, scope)).id, name);
    const seenBy = async (caller: typeof api) => {
      const { body } = await caller.get("/budgets?limit=200");
      // In the order that they were made in here: those of one millisecond have none in the list.
      const seen = new Set(body.data.map(({ id }) => id));
      return [...names].filter(([id]) => seen.has(id)).map(([, name]) => name);
    };
    expect(await seenBy(await admin())).toEqual(Object.keys(scopes));
    expect(await seenBy(member.caller)).toEqual(["root", "child", "member", "memberKey", "memberInRoot"]);
    expect(await seenBy(owner.caller)).toEqual([
      "root",
      "child",
      "owner",
      "memberKey",
      "teamKey",
      "memberInRoot",
      "ownerInRoot",
    ]);
    expect(await seenBy(outsider.caller)).toEqual(["stranger", "loneKey"]);
    for (const [id, name] of names) {
      const { status } = await member.caller.get(`/budgets/${id}`);
      expect([name, status]).toEqual([name, (await seenBy(member.caller)).includes(name) ? 200 : 404]);
    }
  });

  test("hidden and missing give the same answer to every verb", async () => {
    const { root, outsider } = await makeWorld();
    const hidden = await makeBudget(t.db, { type: "team", id: root.id });
    const { caller } = outsider;
    for (const path of ["", "/periods", "/alerts"]) {
      const [a, b] = await Promise.all([hidden.id, missingBudget].map((id) => caller.get(`/budgets/${id}${path}`)));
      expect(a?.status).toBe(404);
      expect({ ...a?.body.error, request_id: "" }).toEqual({ ...b?.body.error, request_id: "" });
    }
    for (const id of [hidden.id, missingBudget]) {
      expect((await caller.patch(`/budgets/${id}`, { hard: false })).status).toBe(404);
      expect((await caller.delete(`/budgets/${id}`)).status).toBe(404);
    }
    expect((await (await admin()).get(`/budgets/${missingBudget}/alerts`)).status).toBe(404);
    expect((await api.get(`/budgets/${hidden.id}`)).status).toBe(401);
  });

  test("a period that no call has touched yet shows what was spent in it, and reading makes no rows", async () => {
    const team = await makeTeam(t.db);
    const budget = await makeBudget(t.db, { type: "team", id: team.id });
    await makeUsageEvent(t.db, { team_id: team.id, cost_nano: 750_000_000n });
    const { body } = await (await admin()).get(`/budgets/${budget.id}`);
    expect(body.current).toMatchObject({ spent_usd: "0.75", remaining_usd: "0.25", percent: 75 });
    expect(await t.db.budgetPeriod.count({ where: { budget_id: budget.id } })).toBe(0);
  });

  test("holds take from what remains, which is never below nothing", async () => {
    const team = await makeTeam(t.db);
    const budget = await makeBudget(t.db, { type: "team", id: team.id });
    const { start, end } = periodAt("monthly", "UTC", Date.now());
    const account = { budget_id: budget.id, period_start: start, period_end: end };
    await t.db.budgetPeriod.create({ data: { ...account, spent_nano: 800_000_000n, held_nano: 150_000_000n } });
    const caller = await admin();
    const current = async () => (await caller.get(`/budgets/${budget.id}`)).body.current;
    expect(await current()).toMatchObject({ spent_usd: "0.80", held_usd: "0.15", remaining_usd: "0.05", percent: 80 });
    await t.db.budgetPeriod.updateMany({ where: { budget_id: budget.id }, data: { spent_nano: 1_234_567_891n } });
    expect(await current()).toMatchObject({ spent_usd: "1.234567891", remaining_usd: "0.00", percent: 123.45 });
  });

  test("periods come newest first, page by page", async () => {
    const team = await makeTeam(t.db);
    const budget = await makeBudget(t.db, { type: "team", id: team.id }, { period: "daily" });
    for (const day of [1, 2, 3, 4, 5]) {
      const [period_start, period_end] = [new Date(Date.UTC(2026, 9, day)), new Date(Date.UTC(2026, 9, day + 1))];
      await t.db.budgetPeriod.create({
        data: { budget_id: budget.id, period_start, period_end, opening_nano: 1n, spent_nano: BigInt(day) },
      });
    }
    const caller = await admin();
    const first = await caller.get(`/budgets/${budget.id}/periods?limit=3`);
    expect(first.body.data.map((period) => period.spent_usd)).toEqual(["0.000000005", "0.000000004", "0.000000003"]);
    expect(first.body.data[0]).toEqual({
      period_start: "2026-10-05T00:00:00.000Z",
      period_end: "2026-10-06T00:00:00.000Z",
      opening_usd: "0.000000001",
      spent_usd: "0.000000005",
      held_usd: "0.00",
      limit_usd: "1.00",
    });
    const second = await caller.get(`/budgets/${budget.id}/periods?limit=3&cursor=${first.body.next_cursor}`);
    expect(second.body.data.map((period) => period.spent_usd)).toEqual(["0.000000002", "0.000000001"]);
    expect(second.body.next_cursor).toBeNull();
    const foreign = await caller.get(`/budgets/${budget.id}/periods?cursor=nonsense`);
    expect(foreign.body.error.fields[0]?.path).toBe("cursor");
  });
});

describe("changing budgets", () => {
  test("limit, hardness and thresholds change; the account stays; the change is audited", async () => {
    const team = await makeTeam(t.db);
    const budget = await makeBudget(t.db, { type: "team", id: team.id });
    const { start, end } = periodAt("monthly", "UTC", Date.now());
    const account = { budget_id: budget.id, period_start: start, period_end: end, spent_nano: 5n };
    await t.db.budgetPeriod.create({ data: account });
    const { status, body } = await (await admin()).patch(`/budgets/${budget.id}`, {
      limit_usd: "2.5",
      hard: false,
      thresholds: [10],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ limit_usd: "2.50", hard: false, thresholds: [10], version: 2 });
    expect(body.current).toMatchObject({ spent_usd: "0.000000005" });
    const audit = await t.db.auditEntry.findFirst({ where: { target_id: budget.id, action: "budget.updated" } });
    expect(audit).toMatchObject({
      before: { limit_usd: "1.00", hard: true, thresholds: [50, 75, 90, 100] },
      after: { limit_usd: "2.50", hard: false, thresholds: [10] },
    });
  });

  test.each([
    ["period", "daily"],
    ["timezone", "Asia/Tokyo"],
    ["scope", { type: "team", id: "team_x" }],
  ])("%s cannot change, and the answer says what to do", async (field, value) => {
    const team = await makeTeam(t.db);
    const budget = await makeBudget(t.db, { type: "team", id: team.id });
    const { status, body } = await (await admin()).patch(`/budgets/${budget.id}`, { [field]: value });
    expect(status).toBe(422);
    expect(body.error.fields).toEqual([{ path: field, message: "cannot be changed; create a new budget" }]);
  });

  test("a stale If-Match is refused and changes nothing; of two at once one wins", async () => {
    const team = await makeTeam(t.db);
    const budget = await makeBudget(t.db, { type: "team", id: team.id });
    const caller = await admin();
    const patch = (limit_usd: string) =>
      caller.patch(`/budgets/${budget.id}`, { limit_usd }, { headers: { "if-match": '"1"' } });
    const answers = await Promise.all([patch("2"), patch("3")]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 412]);
    expect((await patch("4")).status).toBe(412);
    expect((await caller.get(`/budgets/${budget.id}`)).body.version).toBe(2);
  });

  test("deleting takes the accounts and alerts along, and is audited", async () => {
    const team = await makeTeam(t.db);
    const caller = await admin();
    const { body } = await caller.post("/budgets", { scope: { type: "team", id: team.id }, ...terms });
    expect((await caller.delete(`/budgets/${body.id}`)).status).toBe(204);
    expect((await caller.get(`/budgets/${body.id}`)).status).toBe(404);
    expect(await t.db.budgetPeriod.count({ where: { budget_id: body.id } })).toBe(0);
    expect(await t.db.auditEntry.count({ where: { target_id: body.id, action: "budget.deleted" } })).toBe(1);
  });

  test("the gateway is told of every change", async () => {
    const team = await makeTeam(t.db);
    const caller = await admin();
    const notes = () => t.db.directoryChange.count({ where: { entity: "snapshot", entity_id: "budgets" } });
    const before = await notes();
    const { body } = await caller.post("/budgets", { scope: { type: "team", id: team.id }, ...terms });
    await caller.patch(`/budgets/${body.id}`, { limit_usd: "1" });
    await caller.delete(`/budgets/${body.id}`);
    expect(await notes()).toBe(before + 3);
  });
});

describe("alerts", () => {
  test("are seen by those who see their budget, newest first, and narrowed to one budget", async () => {
    const { root, member, outsider } = await makeWorld();
    const [onTeam, onOther] = [
      await makeBudget(t.db, { type: "team", id: root.id }),
      await makeBudget(t.db, { type: "user", id: (await makeUser(t.db)).id }),
    ];
    for (const threshold of [50, 75]) await makeAlert(t.db, onTeam, threshold);
    await makeAlert(t.db, onOther, 90);
    const thresholdsOf = (answer: Awaited<ReturnType<typeof api.get>>) =>
      answer.body.data.map((alert) => alert.threshold);
    expect(thresholdsOf(await member.caller.get("/alerts"))).toEqual([75, 50]);
    expect(thresholdsOf(await member.caller.get(`/budgets/${onTeam.id}/alerts`))).toEqual([75, 50]);
    expect(thresholdsOf(await member.caller.get(`/alerts?budget_id=${onOther.id}`))).toEqual([]);
    expect(thresholdsOf(await outsider.caller.get("/alerts"))).toEqual([]);
    const caller = await admin();
    expect(thresholdsOf(await caller.get("/alerts?limit=2"))).toEqual([90, 75]);
    expect(thresholdsOf(await caller.get(`/alerts?budget_id=${onOther.id}`))).toEqual([90]);
    expect((await api.get("/alerts")).status).toBe(401);
    expect((await caller.get("/alerts?budget_id=x")).body.error.fields[0]?.path).toBe("budget_id");
  });
});
