import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { type Api, createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam } from "@/lib/testing/factories";
import { makeClaims, saveSettings, signInWith } from "@/lib/testing/provisioning";
import { signInAs } from "@/lib/testing/sessions";

const t = openTestDatabase();
let admin: Api;
beforeAll(async () => {
  admin = createApi(routes, await makeAdminBearer(t.db));
});
beforeEach(() => saveSettings(t.db, { group_to_role: { lead: "manager" } }));

const sources = (role: string, manual_role: string | null, oidc_role: string | null) => ({
  role,
  manual_role,
  oidc_role,
});

describe("the role that counts", () => {
  test("of a user made without one is the default, and follows what is given by hand", async () => {
    await saveSettings(t.db, { default_role: "viewer" });
    const plain = await admin.post("/users", { email: "plain@example.test" });
    expect(plain.body).toMatchObject(sources("viewer", null, null));
    const given = await admin.post("/users", { email: "given@example.test", role: "user" });
    expect(given.body).toMatchObject(sources("user", "user", null));
    const path = `/users/${given.body.id}`;
    expect((await admin.patch(path, { role: "admin" })).body).toMatchObject(sources("admin", "admin", null));
    expect((await admin.patch(path, { role: null })).body).toMatchObject(sources("viewer", null, null));
    expect((await admin.patch(path, { name: "Ada" })).body).toMatchObject(sources("viewer", null, null));
  });

  test("cannot be set below what the person's groups give; the refusal says where to change it", async () => {
    const claims = makeClaims({ groups: ["lead"] });
    const { user } = await signInWith(t.db, claims);
    const path = `/users/${user.id}`;
    const refused = await admin.patch(path, { role: "user", name: "Not this either" });
    expect(refused.status).toBe(409);
    expect(refused.body.error.message).toMatch(/groups give the role "manager".*identity provider.*group_to_role/);
    expect(refused.body.error).toMatchObject({
      fields: [{ path: "role" }],
      details: { asked: "user", oidc_role: "manager" },
    });
    expect((await admin.get(path)).body).toMatchObject({ ...sources("manager", null, "manager"), name: null });

    // As strong or stronger is given by hand, and then stays when the group goes.
    expect((await admin.patch(path, { role: "manager" })).body).toMatchObject(sources("manager", "manager", "manager"));
    expect((await admin.patch(path, { role: "admin" })).body).toMatchObject(sources("admin", "admin", "manager"));
    expect((await admin.patch(path, { role: null })).body).toMatchObject(sources("manager", null, "manager"));
    await admin.patch(path, { role: "manager" });
    await signInWith(t.db, { ...claims, groups: [] }, "refresh");
    expect((await admin.get(path)).body).toMatchObject(sources("manager", "manager", null));
  });

  test("is nobody's own to give, also where it only makes lasting what the groups give", async () => {
    await saveSettings(t.db, { admin_groups: ["ops"] });
    const { user } = await signInWith(t.db, makeClaims({ groups: ["ops"] }));
    const self = await signInAs(t.db, user);
    expect((await admin.as(null).patch(`/users/${user.id}`, { role: "admin" }, self)).status).toBe(409);
    expect((await admin.get(`/users/${user.id}`)).body).toMatchObject(sources("admin", null, "admin"));
  });

  test("of a new user is no more than the caller may give, also where it is the default", async () => {
    const { user } = await makePerson(t.db, { role: "admin" });
    const { secret } = await makeKey(t.db, { user_id: user.id, scopes: ["users.*"] });
    const narrow = admin.as(secret);
    expect((await narrow.post("/users", { email: "some@example.test" })).status).toBe(201);
    await saveSettings(t.db, { default_role: "manager" });
    expect((await narrow.post("/users", { email: "more@example.test" })).status).toBe(403);
    const made = await admin.post("/users", { email: "weak@example.test", role: "viewer" });
    // Taking away what holds somebody down is giving, too.
    expect((await narrow.patch(`/users/${made.body.id}`, { role: null })).status).toBe(403);
  });

  test("is filtered by", async () => {
    const { user } = await signInWith(t.db, makeClaims({ groups: ["lead"] }));
    const { body } = await admin.get(`/users?role=manager&q=${user.email}`);
    expect(body.data.map(({ id }) => id)).toEqual([user.id]);
  });
});

describe("the identities of a person", () => {
  test("are shown to those who may change users and to oneself, to nobody else, and never with a token", async () => {
    const claims = makeClaims({ groups: ["lead", "other"] });
    const { user, identity } = await signInWith(t.db, claims);
    await t.db.identity.update({ where: { id: identity.id }, data: { refresh_token: "canary" } });
    const team = await makeTeam(t.db);
    await makeMember(t.db, team, user);
    const { user: owner, bearer } = await makePerson(t.db);
    await makeMember(t.db, team, owner, "owner");
    const manager = await makePerson(t.db, { role: "manager" });
    const path = `/users/${user.id}`;
    const seen = (await admin.get(path)).body;
    const { issuer, subject, email } = claims;
    expect(seen.identities).toEqual([
      {
        id: identity.id,
        issuer,
        subject,
        email,
        email_verified: true,
        groups: ["lead", "other"],
        last_sync_at: identity.last_sync_at.toISOString(),
      },
    ]);
    const self = await signInAs(t.db, user);
    expect((await admin.as(null).get(path, self)).body.identities).toEqual(seen.identities);
    for (const other of [bearer, manager.bearer]) {
      const answer = await admin.as(other).get(path);
      expect(answer.status).toBe(200);
      expect(answer.body.identities).toBeNull();
    }
    expect((await admin.get("/users")).body.data.every((row) => row.identities === undefined)).toBe(true);
  });

  test("go with the person, with sessions and invitations; who signs in again is somebody new", async () => {
    const claims = makeClaims();
    const { user } = await signInWith(t.db, claims);
    const session = await signInAs(t.db, user);
    expect((await admin.delete(`/users/${user.id}`)).status).toBe(204);
    expect((await admin.as(null).get("/me", session)).status).toBe(401);
    expect(await t.db.identity.count({ where: { subject: claims.subject } })).toBe(0);
    const again = await signInWith(t.db, claims);
    expect(again).toMatchObject({ isNew: true });
    expect(again.user.id).not.toBe(user.id);
  });
});

test("GET /me tells where one's role comes from", async () => {
  const { user } = await signInWith(t.db, makeClaims({ groups: ["lead"] }));
  await admin.patch(`/users/${user.id}`, { role: "admin" });
  const { body } = await admin.as(null).get("/me", await signInAs(t.db, user));
  expect(body).toMatchObject({ role: "admin", user: { manual_role: "admin", oidc_role: "manager" } });
});
