import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import type { Budget } from "@/lib/db/generated/client";
import { type AnswerBody, createApi } from "@/lib/testing/api";
import { askForMore, makeRequestWorld, type Person, type RequestWorld } from "@/lib/testing/budget-requests";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
const freshWorld = () => makeRequestWorld(t.db, api);

const missing = "breq_01jd0c4x8k9m2n3p4q5r6s7t8v";
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const auditOf = (id: string) => t.db.auditEntry.findMany({ where: { target_id: id }, orderBy: { seq: "asc" } });
const decisionsOf = async (id: string) =>
  (await t.db.message.findMany({ where: { type: "budget_request.decided" } }))
    .map(({ data }) => data as unknown as AnswerBody)
    .filter((data) => data.id === id);
const limitOf = async ({ id }: Budget) => (await t.db.budget.findUniqueOrThrow({ where: { id } })).limit_nano;
const usd = (amount: number) => BigInt(amount) * 1_000_000_000n;
const approve = (who: Person, id: string, body: Record<string, unknown> = {}) =>
  who.api.post(`/requests/${id}/approve`, body, { headers: { "x-request-id": "same" } });
const deny = (who: Person, id: string, body: Record<string, unknown> = { reason: "not this month" }) =>
  who.api.post(`/requests/${id}/deny`, body, { headers: { "x-request-id": "same" } });
const asked = async (w: RequestWorld, kind: keyof RequestWorld["budgets"], fields: Record<string, unknown> = {}) =>
  (await askForMore(w.asker, w.budgets[kind], fields)).body.id;

describe("approving", () => {
  test("raises the budget at once by what was asked, shows until when, and says so in audit and event, once", async () => {
    const w = await freshWorld();
    const until = inDays(3);
    const id = await asked(w, "member", { until });
    const { status, body } = await approve(w.teamOwner, id, { note: "good luck" });
    expect(status).toBe(201);
    const increase = { amount_usd: "5.00", ends_at: until, ended_at: null, request_id: id };
    expect(body).toMatchObject({
      state: "approved",
      is_decidable: false,
      decided_by: `key:${await keyIdOf(w.teamOwner)}`,
      decider: w.teamOwner.user.email,
      decision_note: "good luck",
      increase,
      budget: { limit_usd: "10.00", effective_limit_usd: "15.00", increases: [increase] },
    });
    expect(await limitOf(w.budgets.member)).toBe(usd(15));
    const { body: budget } = await w.teamOwner.api.get(`/budgets/${w.budgets.member.id}`);
    expect(budget).toMatchObject({
      limit_usd: "10.00",
      effective_limit_usd: "15.00",
      increases: [increase],
      current: { remaining_usd: "15.00" },
    });
    const increaseId = (body.increase as { id: string }).id;
    expect(await auditOf(w.budgets.member.id)).toMatchObject([
      {
        action: "budget.increased",
        before: { effective_limit_usd: "10.00" },
        after: { effective_limit_usd: "15.00" },
        details: { cause: "budget_request", request_id: id, increase_id: increaseId, ends_at: until },
      },
    ]);
    expect((await auditOf(id)).at(-1)).toMatchObject({
      action: "budget_request.approved",
      actor_name: expect.any(String),
      before: { state: "open" },
      after: { state: "approved", decision_note: "good luck", amount_usd: "5.00", ends_at: until },
    });
    expect(await decisionsOf(id)).toMatchObject([
      {
        state: "approved",
        decision_note: "good luck",
        user: { id: w.asker.user.id },
        scope: { type: "member" },
        budget: { limit_usd: "10.00", effective_limit_usd: "15.00" },
        increase,
      },
    ]);
  });

  test("may grant another amount and another end; without any it is the end of the current period", async () => {
    const w = await freshWorld();
    const until = inDays(2);
    const other = await approve(w.manager, await asked(w, "team", { until: inDays(9) }), {
      amount_usd: "0.000000001",
      until,
    });
    expect(other.body).toMatchObject({ amount_usd: "5.00", increase: { amount_usd: "0.000000001", ends_at: until } });
    expect(await limitOf(w.budgets.team)).toBe(usd(10) + 1n);
    const { body } = await approve(w.manager, await asked(w, "user"));
    const { increase, budget } = body as unknown as {
      increase: { ends_at: string };
      budget: { current: { period_end: string } };
    };
    expect(increase.ends_at).toBe(budget.current.period_end);
  });

  test("of a budget without an end of its period needs one; of a wish whose time has passed, another one", async () => {
    const w = await freshWorld();
    await t.db.budget.update({ where: { id: w.budgets.key.id }, data: { period: "total" } });
    const endless = await asked(w, "key");
    const late = await asked(w, "user", { until: inDays(1) });
    await t.db.budgetRequest.update({ where: { id: late }, data: { until: new Date(Date.now() - 1) } });
    for (const id of [endless, late]) {
      const refused = await approve(w.manager, id);
      expect([refused.status, refused.body.error.fields[0]?.path]).toEqual([422, "until"]);
      expect((await approve(w.manager, id, { until: inDays(1) })).status).toBe(201);
    }
  });

  test.each([
    [{ amount_usd: "0" }, "amount_usd"],
    [{ amount_usd: 5 }, "amount_usd"],
    [{ amount_usd: "9223372036" }, "amount_usd"],
    [{ until: "2026-01-01T00:00:00Z" }, "until"],
    [{ until: inDays(367) }, "until"],
    [{ note: "" }, "note"],
    [{ limit_usd: "15" }, "limit_usd"],
  ])("refuses %j, names the field and changes nothing", async (body, path) => {
    const w = await freshWorld();
    const id = await asked(w, "user");
    const refused = await approve(w.manager, id, body);
    expect(refused.status).toBe(422);
    expect(refused.body.error.fields.map((field) => field.path)).toContain(path);
    expect(await limitOf(w.budgets.user)).toBe(usd(10));
    expect((await w.asker.api.get(`/requests/${id}`)).body.state).toBe("open");
  });

  test("happens once, however many decide at the same moment", async () => {
    const w = await freshWorld();
    const id = await asked(w, "member");
    const answers = await Promise.all(
      [w.teamOwner, w.rootOwner, w.manager, w.admin, w.admin].map((who, index) =>
        index === 3 ? deny(who, id) : approve(who, id),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    const [decision, ...others] = await decisionsOf(id);
    expect(others).toEqual([]);
    const isApproved = decision?.state === "approved";
    expect(await limitOf(w.budgets.member)).toBe(usd(isApproved ? 15 : 10));
    expect(await t.db.budgetIncrease.count({ where: { request_id: id } })).toBe(isApproved ? 1 : 0);
    expect(
      await t.db.job.count({
        where: {
          name: "budgets.end_increase",
          payload: { path: ["increase_id"], equals: (decision?.increase as { id?: string } | null)?.id ?? "" },
        },
      }),
    ).toBe(isApproved ? 1 : 0);
  });

  test("of two people's requests for one budget adds up", async () => {
    const w = await freshWorld();
    const first = await asked(w, "team", { until: inDays(5) });
    const second = (await askForMore(w.colleague, w.budgets.team, { amount_usd: "1.5", until: inDays(1) })).body.id;
    expect(
      (await Promise.all([approve(w.admin, first), approve(w.manager, second)])).map(({ status }) => status),
    ).toEqual([201, 201]);
    const { body } = await w.admin.api.get(`/budgets/${w.budgets.team.id}`);
    expect(body).toMatchObject({ limit_usd: "10.00", effective_limit_usd: "16.50" });
    expect((body.increases as { amount_usd: string }[]).map((each) => each.amount_usd)).toEqual(["1.50", "5.00"]);
  });
});

describe("denying", () => {
  test("says why, changes no limit, and is audited and announced once", async () => {
    const w = await freshWorld();
    const id = await asked(w, "key");
    expect((await deny(w.teamOwner, id, {})).body.error.fields[0]?.path).toBe("reason");
    const { status, body } = await deny(w.teamOwner, id);
    expect([status, body.state, body.decision_note, body.increase]).toEqual([201, "denied", "not this month", null]);
    expect(await limitOf(w.budgets.key)).toBe(usd(10));
    expect((await auditOf(id)).at(-1)).toMatchObject({
      action: "budget_request.denied",
      after: { state: "denied", decision_note: "not this month" },
    });
    expect(await decisionsOf(id)).toMatchObject([{ state: "denied", decision_note: "not this month", increase: null }]);
    for (const again of [await deny(w.teamOwner, id), await approve(w.admin, id)])
      expect([again.status, again.body.error.details]).toEqual([409, { state: "denied" }]);
  });
});

describe("who decides", () => {
  test("whoever may set the limit, and those are the ones whose inbox it is in", async () => {
    const w = await freshWorld();
    const deciders = {
      key: ["admin", "manager", "rootOwner", "teamOwner"],
      member: ["admin", "manager", "rootOwner", "teamOwner"],
      team: ["admin", "manager", "rootOwner"],
      user: ["admin", "manager"],
      root: ["admin", "manager"],
    } as const;
    const people = ["admin", "asker", "colleague", "manager", "outsider", "rootOwner", "teamOwner", "viewer"] as const;
    for (const [kind, expected] of Object.entries(deciders) as [keyof typeof deciders, readonly string[]][]) {
      const id = await asked(w, kind);
      const inboxes = await Promise.all(
        people.map(async (name) =>
          (await w[name].api.get("/requests?state=open&decidable=true")).body.data.map((row) => row.id),
        ),
      );
      expect(people.filter((_, index) => inboxes[index]?.includes(id))).toEqual(expected);
      for (const name of people.filter((each) => !expected.includes(each)))
        for (const answer of [await approve(w[name], id), await deny(w[name], id)])
          expect([kind, name, answer.status]).toEqual([kind, name, answer.status === 404 ? 404 : 403]);
      const last = expected.at(-1) as (typeof people)[number];
      expect((await approve(w[last], id)).status).toBe(201);
    }
  });

  test("nobody without a key; what is hidden looks like what is missing", async () => {
    const w = await freshWorld();
    const id = await asked(w, "team");
    for (const path of [`/requests/${id}/approve`, `/requests/${id}/deny`]) {
      expect((await api.post(path, { reason: "x" })).status).toBe(401);
      for (const who of [w.asker, w.colleague, w.viewer])
        expect((await who.api.post(path, { reason: "x" })).status).toBe(403);
    }
    for (const who of [w.teamOwner, w.outsider])
      for (const decide of [approve, deny]) {
        const [hidden, gone] = [await decide(who, id), await decide(who, missing)];
        expect([hidden.status, hidden.body]).toEqual([404, gone.body]);
      }
  });

  test("never the person who asked: not as an owner of the team or above it, a manager or an admin, by no key of theirs", async () => {
    const w = await freshWorld();
    for (const who of [w.teamOwner, w.rootOwner, w.manager, w.admin]) {
      if (who !== w.teamOwner) await makeMember(t.db, w.team, who.user);
      const { status, body } = await askForMore(who, w.budgets.team);
      expect(status).toBe(201);
      const id = body.id;
      const { secret: otherKey } = await makeKey(t.db, {
        user_id: who.user.id,
        type: "user",
        scopes: ["budgets.write"],
      });
      const callers = [who, { ...who, api: api.as(otherKey) }];
      for (const caller of callers)
        for (const answer of [await approve(caller, id), await deny(caller, id)]) expect(answer.status).toBe(403);
      expect((await who.api.get(`/requests/${id}`)).body).toMatchObject({
        state: "open",
        is_mine: true,
        is_decidable: false,
      });
      await who.api.post(`/requests/${id}/withdraw`);
    }
    expect(await limitOf(w.budgets.team)).toBe(usd(10));
  });

  test("an admin whose own budget it is does not raise it; another one does", async () => {
    const w = await freshWorld();
    const own = (await w.admin.api.post("/budgets", {
      scope: { type: "user", id: w.admin.user.id },
      limit_usd: "1",
      period: "daily",
    })) as unknown as { body: Budget };
    const id = (await askForMore(w.admin, own.body)).body.id;
    expect((await approve(w.admin, id)).body.error.message).toBe("Nobody decides on what they asked for themselves.");
    const { secret: unowned } = await makeKey(t.db, { type: "admin", created_by: `user:${w.admin.user.id}` });
    const { key: ownKey } = await makeKey(t.db, { user_id: w.admin.user.id, type: "admin" });
    const { secret: indirect } = await makeKey(t.db, { type: "admin", created_by: `key:${ownKey.id}` });
    for (const bearer of [unowned, indirect]) {
      expect((await approve({ ...w.admin, api: api.as(bearer) }, id)).status).toBe(403);
      expect((await api.as(bearer).get("/requests?decidable=true")).body.data.map((row) => row.id)).not.toContain(id);
    }
    // The key that belongs to nobody goes on after its maker is disabled, and is still theirs.
    await t.db.user.update({ where: { id: w.admin.user.id }, data: { disabled_at: new Date() } });
    expect((await approve({ ...w.admin, api: api.as(unowned) }, id)).status).toBe(403);
    const { status } = await approve({ ...w.admin, api: api.as(await makeAdminBearer(t.db)) }, id);
    expect(status).toBe(201);
  });

  test("a key decides within its scopes; a team's key decides on nothing, since its owner may be the asker", async () => {
    const w = await freshWorld();
    const id = await asked(w, "member");
    const { secret: deciding } = await makeKey(t.db, { user_id: w.teamOwner.user.id, scopes: ["budgets.write"] });
    const { secret: reading } = await makeKey(t.db, {
      user_id: w.teamOwner.user.id,
      scopes: ["requests.*", "budgets.read"],
    });
    const { secret: ofTeam } = await makeKey(t.db, { type: "team", team_id: w.root.id, scopes: ["*"] });
    const as = (bearer: string) => ({ ...w.teamOwner, api: api.as(bearer) });
    expect((await approve(as(reading), id)).status).toBe(403);
    expect((await as(reading).api.get("/requests?decidable=true")).body.data).toEqual([]);
    expect((await approve(as(ofTeam), id)).status).toBe(403);
    expect((await as(ofTeam).api.get(`/requests/${id}`)).body).toMatchObject({ is_decidable: false });
    expect((await approve(as(deciding), id)).status).toBe(201);
  });

  test("somebody who owns the team no more decides no more", async () => {
    const w = await freshWorld();
    const id = await asked(w, "member");
    await t.db.membership.updateMany({ where: { user_id: w.teamOwner.user.id }, data: { role: "member" } });
    expect((await approve(w.teamOwner, id)).status).toBe(403);
    await t.db.team.update({ where: { id: w.team.id }, data: { parent_id: null, path: [w.team.id] } });
    expect((await approve(w.rootOwner, id)).status).toBe(404);
  });
});

async function keyIdOf(who: Person): Promise<string> {
  const key = await t.db.key.findFirstOrThrow({ where: { user_id: who.user.id, scopes: { has: "*" } } });
  return key.id;
}
