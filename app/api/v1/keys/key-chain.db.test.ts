import { expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam } from "@/lib/testing/factories";
import { makeBudget } from "@/lib/testing/ledger-rows";

const t = openTestDatabase();
const api = createApi(routes);

interface Level {
  scope: { type: string; id: string; name: string | null };
  budgets: { id: string }[];
}

/** A person in a team below an organisation, with a key that was made from one of the organisation's. */
async function makeChain() {
  const root = await makeTeam(t.db);
  const team = await makeTeam(t.db, { parent_id: root.id });
  const { user, bearer } = await makePerson(t.db, { name: "Ada" });
  await makeMember(t.db, root, user);
  const shared = await makeKey(t.db, { type: "team", team_id: root.id, name: "shared" });
  const own = { user_id: user.id, team_id: team.id, parent_key_id: shared.key.id };
  const { key } = await makeKey(t.db, { ...own, name: "laptop" });
  const leader = async (in_: { id: string }) => {
    const person = await makePerson(t.db);
    await makeMember(t.db, in_, person.user, "owner");
    return api.as(person.bearer);
  };
  return { root, team, user, shared: shared.key, key, ada: api.as(bearer), owner: await leader(root), leader };
}

async function readLevels(as: typeof api, id: string): Promise<Level[]> {
  const { status, body } = await as.get(`/keys/${id}/chain`);
  expect(status).toBe(200);
  return body.levels as unknown as Level[];
}

test("the levels of a key's calls go from the key to the organisation, each with its budgets or none", async () => {
  const { root, team, user, shared, key, ada } = await makeChain();
  const onTeam = [
    await makeBudget(t.db, { type: "team", id: team.id }),
    await makeBudget(t.db, { type: "team", id: team.id }),
  ];
  const onShared = await makeBudget(t.db, { type: "key", id: shared.id });
  const onPlace = await makeBudget(t.db, { type: "member", id: `${team.id}/${user.id}` });
  await makeBudget(t.db, { type: "team", id: (await makeTeam(t.db, { parent_id: root.id })).id });
  const levels = await readLevels(ada, key.id);
  expect(levels.map(({ scope }) => [scope.type, scope.id, scope.name])).toEqual([
    ["key", key.id, "laptop"],
    ["key", shared.id, "shared"],
    ["member", `${team.id}/${user.id}`, `${team.name} / Ada`],
    ["member", `${root.id}/${user.id}`, `${root.name} / Ada`],
    ["user", user.id, "Ada"],
    ["team", team.id, team.name],
    ["team", root.id, root.name],
  ]);
  const ids = levels.map(({ budgets }) => budgets.map(({ id }) => id).sort());
  expect(ids).toEqual([[], [onShared.id], [onPlace.id], [], [], onTeam.map(({ id }) => id).sort(), []]);
});

test("what a person may spend in all is told to that person and to those above all teams, not to a team's owner", async () => {
  const { user, key, ada, owner } = await makeChain();
  const personal = await makeBudget(t.db, { type: "user", id: user.id });
  const admin = api.as(await makeAdminBearer(t.db));
  const told = async (as: typeof api) =>
    (await readLevels(as, key.id)).flatMap(({ budgets }) => budgets.map(({ id }) => id)).includes(personal.id);
  expect([await told(ada), await told(admin), await told(owner)]).toEqual([true, true, false]);
  expect((await readLevels(owner, key.id)).some(({ scope }) => scope.type === "user")).toBe(false);
});

test("a key's chain is hidden with the key: the same bytes as a missing one; nobody gets none, and a key without the right 403", async () => {
  const { key, leader, user } = await makeChain();
  const outsider = await leader(await makeTeam(t.db));
  const same = { headers: { "x-request-id": "same" } };
  const hidden = await outsider.get(`/keys/${key.id}/chain`, same);
  const missing = await outsider.get("/keys/key_01jd0c4x8k9m2n3p4q5r6s7t8v/chain", same);
  expect([hidden.status, hidden.body]).toEqual([404, missing.body]);
  expect((await api.get(`/keys/${key.id}/chain`)).status).toBe(401);
  for (const scopes of [[], ["keys.read"], ["budgets.read"]]) {
    const { secret } = await makeKey(t.db, { user_id: user.id, scopes });
    expect((await api.as(secret).get(`/keys/${key.id}/chain`)).status).toBe(403);
  }
});

test("all of a chain is among one's own budgets, and more of it can be asked for", async () => {
  const { team, shared, key, ada } = await makeChain();
  const made = [
    await makeBudget(t.db, { type: "team", id: team.id }),
    await makeBudget(t.db, { type: "key", id: shared.id }),
  ];
  const charged = (await readLevels(ada, key.id)).flatMap(({ budgets }) => budgets.map(({ id }) => id));
  const { body } = await ada.get("/me/budgets");
  expect(body.data.map(({ id }) => id).sort()).toEqual(charged.sort());
  for (const { id } of made) {
    const asked = await ada.post("/requests", { budget_id: id, amount_usd: "1", reason: "more" });
    expect(asked.status).toBe(201);
  }
});

test("what is on a key that came to an end, or on what it was made from, binds nobody any more and cannot be asked to be raised", async () => {
  const { key, shared, team, user, ada } = await makeChain();
  const ended = [
    await makeKey(t.db, { user_id: user.id, revoked_at: new Date() }),
    await makeKey(t.db, { user_id: user.id, expires_at: new Date(Date.now() - 1_000) }),
  ];
  const { key: blocked } = await makeKey(t.db, { user_id: user.id, blocked_at: new Date() });
  const onEnded = await Promise.all(ended.map((one) => makeBudget(t.db, { type: "key", id: one.key.id })));
  const onBlocked = await makeBudget(t.db, { type: "key", id: blocked.id });
  const onLive = [
    await makeBudget(t.db, { type: "key", id: key.id }),
    await makeBudget(t.db, { type: "key", id: shared.id }),
  ];
  const onTeam = await makeBudget(t.db, { type: "team", id: team.id });
  const idsOf = async () => (await ada.get("/me/budgets")).body.data.map(({ id }) => id).sort();
  expect(await idsOf()).toEqual([onBlocked, onTeam, ...onLive].map(({ id }) => id).sort());
  for (const { id } of onEnded) {
    const asked = await ada.post("/requests", { budget_id: id, amount_usd: "1", reason: "more" });
    expect(asked.status).toBe(422);
  }
  await t.db.key.update({ where: { id: shared.id }, data: { revoked_at: new Date() } });
  // The team is known by that key alone.
  expect(await idsOf()).toEqual([onBlocked.id]);
});
