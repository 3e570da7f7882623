import { beforeAll, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import type { Team } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";
import { type Api, createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam, makeUser } from "@/lib/testing/factories";

const t = openTestDatabase();
let admin: Api;
let owner: Api;
let member: Api;
let team: Team;
const ids = { user: "", outsider: "", key: "", foreignKey: "", foreignTeam: "", provider: "", model: "" };

beforeAll(async () => {
  admin = createApi(routes, await makeAdminBearer(t.db));
  const root = await makeTeam(t.db, { name: "Acme" });
  team = await makeTeam(t.db, { name: "Quokka research", parent_id: root.id });
  ids.foreignTeam = (await makeTeam(t.db, { name: "Quokka rivals" })).id;
  const lead = await makePerson(t.db, { name: "Lena Lead" });
  const other = await makePerson(t.db, { name: "Mona Member" });
  await makeMember(t.db, team, lead.user, "owner");
  await makeMember(t.db, team, other.user, "member");
  const person = await makeUser(t.db, { name: "Quokka Person", email: "quokka@example.test" });
  await makeMember(t.db, team, person);
  ids.user = person.id;
  ids.outsider = (await makeUser(t.db, { name: "Quokka Outsider" })).id;
  ids.key = (await makeKey(t.db, { name: "the quokka key", user_id: person.id, team_id: team.id })).key.id;
  ids.foreignKey = (await makeKey(t.db, { name: "quokka elsewhere", team_id: ids.foreignTeam, type: "team" })).key.id;
  ids.provider = newId("provider");
  await t.db.provider.create({ data: { id: ids.provider, name: "quokka", base_url: "https://quokka.example/v1" } });
  ids.model = newId("model");
  await t.db.model.create({ data: { id: ids.model, provider_id: ids.provider, name: "quokka-1", upstream_name: "q" } });
  owner = admin.as(lead.bearer);
  member = admin.as(other.bearer);
});

const found = async (api: Api, q: string) => {
  const { status, body } = await api.get(`/search?q=${encodeURIComponent(q)}`);
  expect(status).toBe(200);
  return body.data;
};
const idsIn = async (api: Api, q: string) => (await found(api, q)).map((row) => row.id).sort();

test("finds every kind of thing by a part of its name, each with a line that tells it apart", async () => {
  const rows = await found(admin, "QUOKKA");
  expect(new Set(rows.map((row) => row.kind))).toEqual(new Set(["user", "team", "key", "model", "provider"]));
  const row = (id: string) => rows.find((one) => one.id === id);
  expect(row(ids.user)).toEqual({
    kind: "user",
    id: ids.user,
    name: "Quokka Person",
    context: "quokka@example.test · user",
  });
  expect(row(team.id)).toMatchObject({ kind: "team", name: "Quokka research", context: "Acme" });
  expect(row(ids.key)).toMatchObject({
    kind: "key",
    context: expect.stringMatching(/^sk-user-….{4} · Quokka research · active$/),
  });
  expect(row(ids.model)).toMatchObject({ kind: "model", name: "quokka-1", context: "quokka" });
  expect(row(ids.provider)).toMatchObject({ kind: "provider", context: "https://quokka.example/v1" });
});

test("what begins with it comes first, and of each kind there are eight at most", async () => {
  const keys = (await found(admin, "quokka")).filter((row) => row.kind === "key");
  expect(keys.map((row) => row.id)).toEqual([ids.foreignKey, ids.key]);
  for (let i = 0; i < 12; i++) await makeTeam(t.db, { name: `Narwhal ${i}` });
  expect(await found(admin, "narwhal")).toHaveLength(8);
});

test("finds for an owner what is in their teams, for a member what the member sees, and models for both", async () => {
  expect(await idsIn(owner, "quokka")).toEqual([ids.user, team.id, ids.key, ids.model].sort());
  expect(await idsIn(member, "quokka")).toEqual([team.id, ids.model].sort());
  // Not even the name of a team that stands above and is hidden.
  expect((await found(member, "quokka")).find((row) => row.id === team.id)?.context).toBe("team");
});

test("finds nothing without a word, a right or a caller", async () => {
  expect(await found(admin, "no such thing")).toEqual([]);
  const { status, body } = await admin.get("/search?q=%20");
  expect(status).toBe(422);
  expect(body.error.fields.map((field) => field.path)).toEqual(["q"]);
  expect((await admin.as(null).get("/search?q=quokka")).status).toBe(401);
  const narrow = (await makeKey(t.db, { type: "admin", scopes: ["me.read", "models.read"] })).secret;
  expect(await idsIn(admin.as(narrow), "quokka")).toEqual([ids.model]);
});
