import { beforeAll, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { newId } from "@/lib/ids";
import { type AnswerBody, createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
const names = (body: AnswerBody) => body.data.map((model) => model.call_as);

async function addProvider(name: string, models: string[], api_key: string | null): Promise<string> {
  const body = { name, base_url: "https://models.example.com/v1", models, ...(api_key ? { api_key } : {}) };
  const answer = await api.as(await makeAdminBearer(t.db)).post("/providers", body);
  expect(answer.status).toBe(201);
  return answer.body.id;
}

beforeAll(async () => {
  await addProvider("bare", ["shared", "bare-only"], null);
  await addProvider("north", ["shared", "small", "vector-embedding"], "sk-north");
  const off = await addProvider("off", ["off-only"], "sk-off");
  await t.db.provider.update({ where: { id: off }, data: { enabled: false } });
  await t.db.model.updateMany({ where: { name: "bare-only" }, data: { enabled: false } });
});

test("a person is told what is served, and by which name", async () => {
  const { bearer } = await makePerson(t.db);
  const { status, body } = await api.as(bearer).get("/me/models");
  expect(status).toBe(200);
  expect(names(body)).toEqual(["bare/shared", "shared", "small", "vector-embedding"].sort());
  expect(body.data.find((model) => model.call_as === "shared")).toMatchObject({ provider: "north", kind: "chat" });
});

test("it is narrowed by kind and search, and comes in pages", async () => {
  const caller = api.as((await makePerson(t.db)).bearer);
  expect(names((await caller.get("/me/models?kind=embedding")).body)).toEqual(["vector-embedding"]);
  expect(names((await caller.get("/me/models?q=SMA")).body)).toEqual(["small"]);
  const first = await caller.get("/me/models?limit=1");
  const second = await caller.get(`/me/models?limit=3&cursor=${first.body.next_cursor}`);
  expect([...names(first.body), ...names(second.body)].sort()).toEqual(
    ["bare/shared", "shared", "small", "vector-embedding"].sort(),
  );
});

test("every level of a key narrows it: the keys it was made from, its person, its teams, the server", async () => {
  const above = await makeTeam(t.db, { blocked_models: ["vector-*"] });
  const team = await makeTeam(t.db, { parent_id: above.id });
  const { user, bearer } = await makePerson(t.db, { allowed_models: ["north/*"] });
  await makeMember(t.db, team, user);
  const root = await makeKey(t.db, { user_id: user.id, team_id: team.id, blocked_models: ["small"] });
  const child = await makeKey(t.db, { user_id: user.id, team_id: team.id, parent_key_id: root.key.id });
  const caller = api.as(bearer);
  expect(names((await caller.get("/me/models")).body)).toEqual(["shared", "small", "vector-embedding"]);
  expect(names((await caller.get(`/me/models?key_id=${child.key.id}`)).body)).toEqual(["shared"]);
  const admin = api.as(await makeAdminBearer(t.db));
  const settings = (await admin.get("/settings")).body;
  await admin.patch("/settings", { default_blocked_models: ["shared"] });
  expect(names((await caller.get(`/me/models?key_id=${child.key.id}`)).body)).toEqual([]);
  await admin.patch("/settings", { default_blocked_models: settings.default_blocked_models });
});

test("a key that one may not see is a key that is not there, and what is no key is refused", async () => {
  const caller = api.as((await makePerson(t.db)).bearer);
  const other = await makePerson(t.db);
  const { key } = await makeKey(t.db, { user_id: other.user.id });
  const hidden = await caller.get(`/me/models?key_id=${key.id}`);
  const missing = await caller.get(`/me/models?key_id=${newId("key")}`);
  expect([hidden.status, missing.status]).toEqual([404, 404]);
  expect(hidden.body.error.message).toBe(missing.body.error.message);
  expect((await caller.get("/me/models?key_id=mine")).status).toBe(422);
  expect((await caller.get("/me/models?kind=video")).status).toBe(422);
});

test("nobody and a key without scopes are told nothing", async () => {
  expect((await api.get("/me/models")).status).toBe(401);
  const { user } = await makePerson(t.db);
  const { secret } = await makeKey(t.db, { user_id: user.id });
  expect((await api.as(secret).get("/me/models")).status).toBe(403);
});
