import { describe, expect, test } from "vitest";
import { type Caller, chatBody, doors, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { createFakeClock } from "@/lib/testing/fake-clock";
import { makeBudget } from "@/lib/testing/gateway";
import { chatCompletion, usageOf, wait } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

describe.each(doors)("GET /v1/me at the %s door", (door) => {
  const clock = createFakeClock("2026-11-20T12:00:00Z");
  const stage = openStage(t, { door, clock });

  const me = async (caller: Caller) => {
    const response = await fetch(`${stage.running.url}/me`, { headers: { authorization: `Bearer ${caller.secret}` } });
    return { status: response.status, body: await response.json() };
  };
  /** Spends so many dollars: a completion token costs one thousandth. */
  const price = { input: "0", output: "1000" };
  async function spend(caller: Caller, tokens: number, count: number): Promise<void> {
    stage.upstream.enqueue(chatCompletion({ usage: usageOf({ prompt: 1, completion: tokens }) }));
    await (await stage.send(caller.secret, chatBody(caller.model, { max_tokens: tokens }))).text();
    await stage.eventsOf(caller.key.id, count);
  }

  test("says who a key is and that nothing binds it", async () => {
    const caller = await stage.makeCaller();
    expect(await me(caller)).toEqual({
      status: 200,
      body: {
        object: "key",
        id: caller.key.id,
        name: caller.key.name,
        user_id: null,
        team_id: null,
        team_path: [],
        limits: [],
        budgets: [],
        binding_budget_id: null,
        free_usd: null,
        resets_at: null,
      },
    });
  });

  test("gives the figures of the whole chain, what is held, and the budget that binds", async () => {
    const organisation = await makeTeam(t.db, { name: `Org ${door}`, parallel_limit: 50 });
    const team = await makeTeam(t.db, { name: "Team", parent_id: organisation.id, tpm_limit: 9_000 });
    const user = await makeUser(t.db, { rpm_limit: 70 });
    await makeMember(t.db, team, user);
    const parent = await makeKey(t.db, { name: "parent", user_id: user.id, team_id: team.id });
    const key = { name: "child", user_id: user.id, team_id: team.id, parent_key_id: parent.key.id, rpm_limit: 60 };
    const caller = await stage.makeCaller({ key, model: { price } });
    const made = {
      key: await makeBudget(t.db, { type: "key", id: caller.key.id }, "5", { period: "daily" }),
      parent: await makeBudget(t.db, { type: "key", id: parent.key.id }, "0.9", { period: "total", hard: false }),
      member: await makeBudget(t.db, { type: "member", id: `${team.id}/${user.id}` }, "4", { period: "weekly" }),
      user: await makeBudget(t.db, { type: "user", id: user.id }, "3", { period: "monthly" }),
      team: await makeBudget(t.db, { type: "team", id: team.id }, "2", { period: "yearly" }),
      organisation: await makeBudget(t.db, { type: "team", id: organisation.id }, "100", { period: "total" }),
    };
    await t.db.budget.update({ where: { id: made.key.id }, data: { timezone: "Asia/Tokyo" } });
    await t.db.budget.update({ where: { id: made.user.id }, data: { timezone: "Asia/Kathmandu" } });
    await stage.running.gateway.refresh();
    await spend(caller, 250, 1);
    const gate = stage.upstream.gate();
    const asked = stage.upstream.requests.length;
    stage.upstream.enqueue([wait(gate), ...chatCompletion({ usage: usageOf({ prompt: 1, completion: 1 }) })]);
    const running = stage.send(caller.secret, chatBody(caller.model, { max_tokens: 500 }));
    await stage.upstream.waitForRequests(asked + 1);

    const { body } = await me(caller);
    const figures = { spent_usd: "0.25", held_usd: "0.50" };
    const scope = (type: string, id: string, name: string) => ({ scope: { type, id, name } });
    const utc = { timezone: "UTC", hard: true };
    expect(body.budgets).toEqual([
      {
        id: made.key.id,
        ...scope("key", caller.key.id, "child"),
        period: "daily",
        timezone: "Asia/Tokyo",
        hard: true,
        limit_usd: "5.00",
        ...figures,
        free_usd: "4.25",
        resets_at: "2026-11-20T15:00:00.000Z",
      },
      {
        id: made.parent.id,
        ...scope("key", parent.key.id, "parent"),
        period: "total",
        timezone: "UTC",
        hard: false,
        limit_usd: "0.90",
        ...figures,
        free_usd: "0.15",
        resets_at: null,
      },
      {
        id: made.member.id,
        ...scope("member", `${team.id}/${user.id}`, user.email),
        period: "weekly",
        ...utc,
        limit_usd: "4.00",
        ...figures,
        free_usd: "3.25",
        resets_at: "2026-11-23T00:00:00.000Z",
      },
      {
        id: made.user.id,
        ...scope("user", user.id, user.email),
        period: "monthly",
        timezone: "Asia/Kathmandu",
        hard: true,
        limit_usd: "3.00",
        ...figures,
        free_usd: "2.25",
        resets_at: "2026-11-30T18:15:00.000Z",
      },
      {
        id: made.team.id,
        ...scope("team", team.id, "Team"),
        period: "yearly",
        ...utc,
        limit_usd: "2.00",
        ...figures,
        free_usd: "1.25",
        resets_at: "2027-01-01T00:00:00.000Z",
      },
      {
        id: made.organisation.id,
        ...scope("team", organisation.id, `Org ${door}`),
        period: "total",
        ...utc,
        limit_usd: "100.00",
        ...figures,
        free_usd: "99.25",
        resets_at: null,
      },
    ]);
    // The soft budget has less, but refuses nobody.
    expect(body).toMatchObject({
      binding_budget_id: made.team.id,
      free_usd: "1.25",
      resets_at: "2027-01-01T00:00:00.000Z",
    });
    expect(body).toMatchObject({
      name: "child",
      user_id: user.id,
      team_id: team.id,
      team_path: [organisation.id, team.id],
    });
    const level = (type: string, id: string, name: string, limits: object) => ({
      level: { type, id, name },
      ...{ rpm_limit: null, tpm_limit: null, parallel_limit: null },
      ...limits,
    });
    expect(body.limits).toEqual([
      level("key", caller.key.id, "child", { rpm_limit: 60 }),
      level("user", user.id, user.email, { rpm_limit: 70 }),
      level("team", team.id, "Team", { tpm_limit: 9_000 }),
      level("team", organisation.id, `Org ${door}`, { parallel_limit: 50 }),
    ]);
    gate.open();
    const answer = await running;
    // What the tightest hard budget has free while this call is held.
    expect(answer.headers.get("x-pllm-budget-remaining-usd")).toBe("1.25");
    await stage.eventsOf(caller.key.id, 2);
    expect((await me(caller)).body).toMatchObject({ free_usd: "1.749" });
  });

  test("names no less than nothing as free, and starts anew with the period", async () => {
    const caller = await stage.makeCaller({ model: { price, maxOutputTokens: 1_000 } });
    const budget = await makeBudget(t.db, { type: "key", id: caller.key.id }, "0.5", { period: "daily" });
    await stage.running.gateway.refresh();
    stage.upstream.enqueue(chatCompletion({ usage: usageOf({ prompt: 1, completion: 600 }) }));
    await (await stage.send(caller.secret, chatBody(caller.model, { max_tokens: 400 }))).text();
    await stage.eventsOf(caller.key.id, 1);
    expect((await me(caller)).body).toMatchObject({
      binding_budget_id: budget.id,
      free_usd: "0.00",
      budgets: [{ spent_usd: "0.60", limit_usd: "0.50" }],
    });
    const refused = await stage.send(caller.secret, chatBody(caller.model, { max_tokens: 1 }));
    expect([refused.status, refused.headers.get("x-pllm-budget-remaining-usd")]).toEqual([429, "0.00"]);
    expect(await refused.json()).toMatchObject({
      error: { code: "budget_exceeded", details: { resets_at: "2026-11-21T00:00:00.000Z" } },
    });
    clock.set("2026-11-21T00:00:00Z");
    expect((await me(caller)).body).toMatchObject({
      free_usd: "0.50",
      resets_at: "2026-11-22T00:00:00.000Z",
      budgets: [{ spent_usd: "0.00" }],
    });
    await spend(caller, 100, 2);
    expect((await me(caller)).body).toMatchObject({ free_usd: "0.40" });
    clock.set("2026-11-20T12:00:00Z");
  });
});
