import { beforeAll, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { createApi } from "@/lib/testing/api";
import { askForMore, makeRequestWorld, type Person, type RequestWorld } from "@/lib/testing/budget-requests";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey } from "@/lib/testing/factories";
import { makeBudget, makeUsageEvent } from "@/lib/testing/ledger-rows";

const t = openTestDatabase();
const api = createApi(routes);
let world: RequestWorld;
beforeAll(async () => {
  world = await makeRequestWorld(t.db, api);
});

const missing = "breq_01jd0c4x8k9m2n3p4q5r6s7t8v";
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const auditOf = (id: string) => t.db.auditEntry.findMany({ where: { target_id: id }, orderBy: { seq: "asc" } });
const messagesOf = async (type: string, id: string) =>
  (await t.db.message.findMany({ where: { type } })).filter(({ data }) => (data as { id: string }).id === id);

async function freshWorld(): Promise<RequestWorld> {
  return makeRequestWorld(t.db, api);
}

describe("asking", () => {
  test("answers 201 with the request and the budget as it is, audits it, and announces it once", async () => {
    const until = inDays(3);
    const { status, body, headers } = await askForMore(world.asker, world.budgets.member, { until });
    expect(status).toBe(201);
    expect(headers.get("etag")).toBe('"1"');
    expect(body).toMatchObject({
      state: "open",
      user: { id: world.asker.user.id, email: world.asker.user.email, name: null },
      budget: { id: world.budgets.member.id, limit_usd: "10.00", effective_limit_usd: "10.00", increases: [] },
      amount_usd: "5.00",
      until,
      reason: "the evaluation runs until Friday",
      is_mine: true,
      is_decidable: false,
      decided_at: null,
      decided_by: null,
      increase: null,
    });
    const audit = await auditOf(body.id);
    expect(audit.map((entry) => entry.action)).toEqual(["budget_request.created"]);
    expect(audit[0]?.after).toMatchObject({ amount_usd: "5.00", until, budget_id: world.budgets.member.id });
    const [message, ...others] = await messagesOf("budget_request.created", body.id);
    expect(others).toEqual([]);
    expect(message?.data).toEqual({
      id: body.id,
      budget: { id: world.budgets.member.id, limit_usd: "10.00", effective_limit_usd: "10.00", period: "monthly" },
      scope: { type: "member", id: world.budgets.member.scope_id, name: expect.any(String) },
      user: { id: world.asker.user.id, email: world.asker.user.email, name: null },
      amount_usd: "5.00",
      until,
      reason: "the evaluation runs until Friday",
    });
  });

  test("is for every kind of budget that binds one, those of teams above included", async () => {
    const { asker, budgets } = await freshWorld();
    for (const budget of Object.values(budgets)) expect((await askForMore(asker, budget)).status).toBe(201);
  });

  test("is not for a budget that binds others, seen or not, nor for one that is missing: the same words", async () => {
    const own = await makeBudget(t.db, { type: "user", id: world.colleague.user.id });
    const refused = [
      await askForMore(world.asker, own),
      await askForMore(world.admin, world.budgets.team),
      await askForMore(world.teamOwner, world.budgets.member),
      await world.asker.api.post("/requests", {
        budget_id: "bud_01jd0c4x8k9m2n3p4q5r6s7t8v",
        amount_usd: "5",
        reason: "x",
      }),
    ];
    for (const { status, body } of refused) {
      expect(status).toBe(422);
      expect(body.error.fields).toEqual([
        { path: "budget_id", message: "there is no such budget among those that bind you" },
      ]);
    }
  });

  test("twice for one budget is a conflict that names the open request; at once it is one; by another person it is another", async () => {
    const { asker, colleague, budgets } = await freshWorld();
    const answers = await Promise.all([1, 2, 3, 4].map(() => askForMore(asker, budgets.team)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const first = answers.find(({ status }) => status === 201)?.body.id;
    const second = await askForMore(asker, budgets.team);
    expect([second.status, second.body.error.details]).toEqual([409, { request_id: first }]);
    expect((await askForMore(colleague, budgets.team)).status).toBe(201);
    expect((await asker.api.post(`/requests/${first}/withdraw`)).status).toBe(201);
    expect((await askForMore(asker, budgets.team)).status).toBe(201);
  });

  test.each([
    [{ budget_id: undefined }, "budget_id"],
    [{ budget_id: "x" }, "budget_id"],
    [{ amount_usd: undefined }, "amount_usd"],
    [{ amount_usd: 5 }, "amount_usd"],
    [{ amount_usd: "0.00" }, "amount_usd"],
    [{ amount_usd: "-1" }, "amount_usd"],
    [{ amount_usd: "9223372037" }, "amount_usd"],
    [{ reason: "  " }, "reason"],
    [{ reason: "x".repeat(1_001) }, "reason"],
    [{ until: "tomorrow" }, "until"],
    [{ until: "2026-01-01T00:00:00Z" }, "until"],
    [{ until: inDays(367) }, "until"],
    [{ limit_usd: "15" }, "limit_usd"],
  ])("refuses %j and names the field", async (fields, path) => {
    const { status, body } = await askForMore(world.asker, world.budgets.root, fields);
    expect(status).toBe(422);
    expect(body.error.fields.map((field) => field.path)).toContain(path);
  });

  test("is a person's: not for nobody, a viewer, the keys of teams and of nobody, or a key without that scope", async () => {
    const body = { budget_id: world.budgets.team.id, amount_usd: "5", reason: "x" };
    const { secret: teamKey } = await makeKey(t.db, { type: "team", team_id: world.team.id, scopes: ["*"] });
    const narrow = { user_id: world.asker.user.id, scopes: ["requests.read"] };
    const { secret: readingKey } = await makeKey(t.db, narrow);
    expect((await api.post("/requests", body)).status).toBe(401);
    expect((await world.viewer.api.post("/requests", body)).status).toBe(403);
    for (const bearer of [teamKey, readingKey, await makeAdminBearer(t.db)])
      expect((await api.as(bearer).post("/requests", body)).status).toBe(403);
    const { secret } = await makeKey(t.db, { user_id: world.asker.user.id, scopes: ["requests.write"] });
    const asked = await api.as(secret).post("/requests", { ...body, budget_id: world.budgets.user.id });
    expect(asked.status).toBe(201);
    expect(asked.body.user).toMatchObject({ id: world.asker.user.id });
  });
});

describe("reading", () => {
  test("is for the asker and for whoever may decide; for all others it looks like what is missing", async () => {
    const w = await freshWorld();
    const { body: asked } = await askForMore(w.asker, w.budgets.team);
    const read = (who: Person, id = asked.id) =>
      who.api.get(`/requests/${id}`, { headers: { "x-request-id": "same" } });
    for (const who of [w.asker, w.rootOwner, w.manager, w.admin]) expect((await read(who)).status).toBe(200);
    for (const who of [w.colleague, w.teamOwner, w.outsider, w.viewer]) {
      const [hidden, gone] = [await read(who), await read(who, missing)];
      expect([hidden.status, hidden.body]).toEqual([404, gone.body]);
    }
    expect((await api.get(`/requests/${asked.id}`)).status).toBe(401);
    expect((await api.get("/requests")).status).toBe(401);
    const { secret } = await makeKey(t.db, { user_id: w.asker.user.id, scopes: ["budgets.read"] });
    expect((await api.as(secret).get(`/requests/${asked.id}`)).status).toBe(403);
    expect((await api.as(secret).get("/requests")).status).toBe(403);
  });

  test("lists hold what each may see, narrowed by state, budget, asker, inbox and words", async () => {
    const w = await freshWorld();
    const ids: Record<string, string> = {};
    for (const [name, budget] of Object.entries(w.budgets)) ids[name] = (await askForMore(w.asker, budget)).body.id;
    const seen = async (who: Person, query = "") => {
      const { body } = await who.api.get(`/requests?limit=200${query}`);
      const names = body.data.flatMap(({ id }) => Object.keys(ids).filter((name) => ids[name] === id));
      return names.sort();
    };
    expect(await seen(w.asker)).toEqual(["key", "member", "root", "team", "user"]);
    expect(await seen(w.asker, "&mine=false")).toEqual([]);
    expect(await seen(w.teamOwner)).toEqual(["key", "member"]);
    expect(await seen(w.rootOwner)).toEqual(["key", "member", "team"]);
    expect(await seen(w.admin)).toEqual(["key", "member", "root", "team", "user"]);
    for (const who of [w.colleague, w.outsider, w.viewer]) expect(await seen(who)).toEqual([]);
    expect(await seen(w.rootOwner, "&mine=true")).toEqual([]);
    expect(await seen(w.manager, `&budget_id=${w.budgets.team.id}`)).toEqual(["team"]);
    await w.asker.api.post(`/requests/${ids.team}/withdraw`);
    expect(await seen(w.rootOwner, "&state=open&decidable=true")).toEqual(["key", "member"]);
    expect(await seen(w.rootOwner, "&state=withdrawn")).toEqual(["team"]);
    expect(await seen(w.manager, "&decided=true")).toEqual(["team"]);
    expect(await seen(w.manager, "&decided=false")).toEqual(["key", "member", "root", "user"]);
    expect(await seen(w.asker, "&decidable=true")).toEqual([]);
    expect(await seen(w.manager, "&q=eValuation runs&mine=false")).toHaveLength(5);
    expect(await seen(w.manager, "&q=100%25")).toEqual([]);
    expect(await seen(w.manager, `&q=${w.asker.user.email.slice(2, 20).toUpperCase()}`)).toHaveLength(5);
  });

  test("pages go on where the last one ended, in either order, and refuse what they do not know", async () => {
    const w = await freshWorld();
    for (const budget of Object.values(w.budgets)) await askForMore(w.asker, budget);
    for (const sort of ["created_at", "-created_at"]) {
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const answer = await w.asker.api.get(`/requests?limit=2&sort=${sort}${cursor ? `&cursor=${cursor}` : ""}`);
        ids.push(...answer.body.data.map(({ id }) => id));
        cursor = answer.body.next_cursor;
      } while (cursor);
      const sorted = [...ids].sort();
      expect(ids).toEqual(sort === "created_at" ? sorted : sorted.reverse());
      expect(ids).toHaveLength(5);
    }
    for (const query of ["sort=reason", "state=lost", "mine=1", "decided=1", "budget_id=x", "cursor=x", "colour=red"])
      expect((await w.asker.api.get(`/requests?${query}`)).body.error.fields[0]?.path).toBe(query.split("=")[0]);
  });

  test("names the budgets that bind before the one asked for, also to those who cannot see them otherwise", async () => {
    const w = await freshWorld();
    await makeUsageEvent(t.db, { team_id: w.team.id, user_id: w.colleague.user.id, cost_nano: 7_000_000_000n });
    const { body } = await askForMore(w.asker, w.budgets.member, { amount_usd: "0.5" });
    const bounds = (answer: { body: Record<string, unknown> }) =>
      (answer.body.bounded_by as { id: string; current: { remaining_usd: string } }[]).map(({ id, current }) => [
        id,
        current.remaining_usd,
      ]);
    // The team and the one above have 3 left; the person's own has 10, less than the 10.50 it would be.
    const ofTeams = [
      [w.budgets.team.id, "3.00"],
      [w.budgets.root.id, "3.00"],
    ];
    expect(bounds({ body })).toEqual([[w.budgets.user.id, "10.00"], ...ofTeams]);
    expect(bounds(await w.admin.api.get(`/requests/${body.id}`))).toEqual([[w.budgets.user.id, "10.00"], ...ofTeams]);
    // What a person has left elsewhere is not the team owner's to know.
    expect(bounds(await w.teamOwner.api.get(`/requests/${body.id}`))).toEqual(ofTeams);
    await t.db.budget.update({ where: { id: w.budgets.team.id }, data: { hard: false } });
    expect(bounds(await w.teamOwner.api.get(`/requests/${body.id}`))).toEqual([[w.budgets.root.id, "3.00"]]);
    const onRoot = await askForMore(w.asker, w.budgets.root, { amount_usd: "1000" });
    expect(bounds(onRoot)).toEqual([]);
  });
});

describe("taking back", () => {
  test("is the asker's alone, and once", async () => {
    const w = await freshWorld();
    const { body: asked } = await askForMore(w.asker, w.budgets.member);
    const withdraw = (who: Person, id = asked.id) =>
      who.api.post(`/requests/${id}/withdraw`, {}, { headers: { "x-request-id": "same" } });
    expect((await api.post(`/requests/${asked.id}/withdraw`)).status).toBe(401);
    expect((await w.viewer.api.post(`/requests/${asked.id}/withdraw`)).status).toBe(403);
    expect((await withdraw(w.admin)).status).toBe(403);
    expect((await withdraw(w.teamOwner)).status).toBe(403);
    const hidden = await withdraw(w.outsider);
    expect([hidden.status, hidden.body]).toEqual([404, (await withdraw(w.outsider, missing)).body]);
    const { status, body } = await withdraw(w.asker);
    expect([status, body.state, body.decided_by]).toEqual([201, "withdrawn", null]);
    expect(body.decided_at).not.toBeNull();
    const again = await withdraw(w.asker);
    expect([again.status, again.body.error.details]).toEqual([409, { state: "withdrawn" }]);
    expect((await w.admin.api.post(`/requests/${asked.id}/approve`)).status).toBe(409);
    expect((await auditOf(asked.id)).map((entry) => entry.action)).toEqual([
      "budget_request.created",
      "budget_request.withdrawn",
    ]);
    expect(await messagesOf("budget_request.decided", asked.id)).toEqual([]);
  });
});

test("a request goes with its budget, and with the person who asked", async () => {
  const w = await freshWorld();
  const { body: first } = await askForMore(w.asker, w.budgets.team);
  const { body: second } = await askForMore(w.asker, w.budgets.root);
  await w.admin.api.delete(`/budgets/${w.budgets.team.id}`);
  expect((await w.admin.api.get(`/requests/${first.id}`)).status).toBe(404);
  await w.admin.api.delete(`/users/${w.asker.user.id}`);
  expect((await w.admin.api.get(`/requests/${second.id}`)).status).toBe(404);
});
