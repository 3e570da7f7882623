import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { masterPrincipal } from "@/lib/auth/principal";
import { actions } from "@/lib/authz/permissions";
import { systemContext } from "@/lib/context";
import { recordUsage } from "@/lib/gateway/meter/write";
import { newId } from "@/lib/ids";
import { getMe } from "@/lib/me/service";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey, makeMember, makePerson, makeTeam, makeUser } from "@/lib/testing/factories";
import { signInAs } from "@/lib/testing/sessions";
import { makeEvent } from "@/lib/testing/usage-seed";

const t = openTestDatabase();
const api = createApi(routes);

function makeBudget(scope_type: string, scope_id: string, limit_nano = 1_000_000_000n) {
  return t.db.budget.create({ data: { id: newId("budget"), scope_type, scope_id, limit_nano, period: "total" } });
}

describe("who am I", () => {
  test("a signed-in person is told their role, teams and rights", async () => {
    const team = await makeTeam(t.db, { name: "Engineering" });
    const user = await makeUser(t.db, { name: "Ada" });
    await makeMember(t.db, team, user, "member");
    await makeMember(t.db, team, user, "owner", "oidc");
    const { status, body } = await api.get("/me", await signInAs(t.db, user));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: "session",
      role: "user",
      user: { id: user.id, email: user.email, name: "Ada" },
      key: null,
      teams: [{ team_id: team.id, name: "Engineering", role: "owner" }],
    });
    expect(body.rights).toContainEqual({ action: "keys.write", reach: "team" });
    expect(body.rights).toContainEqual({ action: "models.read", reach: "all" });
    expect(body.rights).not.toContainEqual(expect.objectContaining({ action: "settings.read" }));
  });

  test("one's teams have figures where those are asked for: the budget for everybody, the spend for those who run the team", async () => {
    const [owned, joined] = [await makeTeam(t.db, { name: "Owned" }), await makeTeam(t.db, { name: "Joined" })];
    for (const team of [owned, joined]) await makeBudget("team", team.id);
    const { user, bearer } = await makePerson(t.db);
    await makeMember(t.db, owned, user, "owner");
    await makeMember(t.db, joined, user, "member");
    const { body } = await api.as(bearer).get("/me/teams?include=figures");
    expect(body.data).toMatchObject([
      { name: "Joined", figures: { spend_usd: null, budget: { scope: { id: joined.id } } } },
      { name: "Owned", figures: { spend_usd: "0.00", budget: { scope: { id: owned.id } } } },
    ]);
    expect((await api.as(bearer).get("/me/teams")).body.data[0]).not.toHaveProperty("figures");
  });

  test("a person without a team has rights on what is theirs", async () => {
    const { bearer } = await makePerson(t.db);
    expect((await api.as(bearer).get("/me")).body.rights).toContainEqual({ action: "keys.write", reach: "own" });
  });

  test("the master key may do everything", async () => {
    const me = await getMe({ ...systemContext(t.db, "test"), principal: masterPrincipal("mk_x") });
    expect(me).toMatchObject({ kind: "master", role: "admin", user: null, key: null, teams: [] });
    expect(me.rights).toEqual(actions.map((action) => ({ action, reach: "all" })));
  });

  test("a key is told what it is; one without scopes has no rights but to ask that", async () => {
    const { user } = await makePerson(t.db);
    const { key, secret } = await makeKey(t.db, { user_id: user.id, rpm_limit: 4 });
    const { body } = await api.as(secret).get("/me");
    expect(body).toMatchObject({
      kind: "key",
      name: key.name,
      user: { id: user.id },
      key: { id: key.id, type: "user", status: "active", rpm_limit: 4 },
      teams: [],
      rights: [{ action: "me.read", reach: "own" }],
    });
    for (const path of ["/me/keys", "/me/usage", "/me/budgets", "/me/teams"])
      expect((await api.as(secret).get(path)).status).toBe(403);
  });

  test("a team's key has no person, and a guest key is not told whose it is", async () => {
    const team = await makeTeam(t.db, { name: "Support" });
    const teamKey = await makeKey(t.db, { type: "team", team_id: team.id, scopes: ["teams.read"] });
    expect((await api.as(teamKey.secret).get("/me")).body).toMatchObject({
      role: null,
      user: null,
      teams: [{ team_id: team.id, name: "Support", role: "owner" }],
    });
    const { user } = await makePerson(t.db);
    const guest = await makeKey(t.db, { type: "virtual", user_id: user.id });
    const answer = await api.as(guest.secret).get("/me");
    expect(answer.body.user).toBeNull();
    expect(JSON.stringify(answer.body)).not.toContain(user.email);
  });

  test("nobody is 401", async () => {
    for (const path of ["/me", "/me/keys", "/me/usage", "/me/budgets", "/me/teams"])
      expect((await api.get(path)).status).toBe(401);
  });
});

describe("what is mine", () => {
  test("keys: one's own, whatever else one may see", async () => {
    const { user, bearer } = await makePerson(t.db, { role: "admin" });
    await makeKey(t.db, { user_id: (await makeUser(t.db)).id });
    const mine = await makeKey(t.db, { user_id: user.id, name: "mine" });
    const { body } = await api.as(bearer).get("/me/keys?q=mine");
    expect(body.data.map((key) => key.id)).toEqual([mine.key.id]);
    expect((await api.as(bearer).get(`/me/keys?user_id=${user.id}`)).status).toBe(422);
  });

  test("budgets: on oneself, one's keys and places, and every team up to the organisation; no one else's", async () => {
    const root = await makeTeam(t.db, { name: "Organisation" });
    const team = await makeTeam(t.db, { parent_id: root.id });
    const sibling = await makeTeam(t.db, { parent_id: root.id });
    const { user, bearer } = await makePerson(t.db, { role: "manager" });
    await makeMember(t.db, team, user);
    const { key } = await makeKey(t.db, { user_id: user.id });
    const other = await makeKey(t.db, { team_id: team.id });
    const mine = [
      await makeBudget("user", user.id),
      await makeBudget("key", key.id),
      await makeBudget("member", `${team.id}/${user.id}`),
      await makeBudget("team", team.id),
      await makeBudget("team", root.id, 5_000_000_000n),
    ];
    await makeBudget("team", sibling.id);
    await makeBudget("key", other.key.id);
    await makeBudget("member", `${team.id}/${newId("user")}`);
    await t.db.budgetPeriod.create({
      data: {
        budget_id: mine[4]?.id ?? "",
        period_start: new Date(0),
        spent_nano: 1_500_000_000n,
        held_nano: 250_000_000n,
      },
    });
    const { body } = await api.as(bearer).get("/me/budgets");
    expect(body.data.map((budget) => budget.id).sort()).toEqual(mine.map((budget) => budget.id).sort());
    expect(body.data.find((budget) => budget.id === mine[4]?.id)).toMatchObject({
      scope: { type: "team", id: root.id, name: "Organisation" },
      limit_usd: "5.00",
      current: { spent_usd: "1.50", held_usd: "0.25", remaining_usd: "3.25" },
    });
  });

  test("budgets of a team's key: its own and its teams'", async () => {
    const root = await makeTeam(t.db);
    const team = await makeTeam(t.db, { parent_id: root.id });
    const { key, secret } = await makeKey(t.db, { type: "team", team_id: team.id, scopes: ["budgets.read"] });
    const [above, own] = [await makeBudget("team", root.id), await makeBudget("key", key.id)];
    const { body } = await api.as(secret).get("/me/budgets");
    expect(body.data.map((budget) => budget.id).sort()).toEqual([above.id, own.id].sort());
  });

  test("usage: one's own calls, whoever else's one may see; of a team's key, those of the key; others cannot be asked for", async () => {
    const team = await makeTeam(t.db);
    const { user, bearer } = await makePerson(t.db);
    await makeMember(t.db, team, user, "owner");
    const shared = await makeKey(t.db, { type: "team", team_id: team.id, scopes: ["usage.read"] });
    const ofTeam = { team_path: [team.id] };
    await recordUsage(t.pool, [
      makeEvent({ ...ofTeam, user_id: user.id, cost_nano: 1_000_000_000n }),
      makeEvent({ ...ofTeam, user_id: newId("user"), cost_nano: 10_000_000_000n }),
      makeEvent({ ...ofTeam, key_id: shared.key.id, cost_nano: 100_000_000_000n }),
    ]);
    const spent = async (secret: string) => (await api.as(secret).get("/me/usage?interval=total")).body.totals;
    expect(await spent(bearer)).toMatchObject({ requests: 1, cost_usd: "1.00" });
    expect(await spent(shared.secret)).toMatchObject({ requests: 1, cost_usd: "100.00" });
    const { body } = await api.as(bearer).get("/usage/summary?interval=total");
    expect(body.totals).toMatchObject({ requests: 3, cost_usd: "111.00" });
    expect((await api.as(bearer).get(`/me/usage?user_id=${user.id}`)).body.error.fields[0]?.path).toBe("user_id");
  });
});
