import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam, makeUser } from "@/lib/testing/factories";
import { signInAs } from "@/lib/testing/sessions";

const t = openTestDatabase();
const api = createApi(routes);
const admin = async () => api.as(await makeAdminBearer(t.db));
const missing = "usr_01jd0c4x8k9m2n3p4q5r6s7t8v";

/** All that a change could leave behind, apart from when it happened. */
async function snapshot() {
  const [users, sessions, audit, messages, jobs] = await Promise.all([
    t.db.user.findMany({ orderBy: { id: "asc" } }),
    t.db.session.findMany({ orderBy: { id: "asc" } }),
    t.db.auditEntry.count(),
    t.db.message.count(),
    t.db.job.count(),
  ]);
  return { users, sessions, audit, messages, jobs };
}

describe("one deed on many people", () => {
  test("each is decided on their own, told on their own, and written to log and outbox like a single one", async () => {
    const [live, gone] = [await makeUser(t.db), await makeUser(t.db, { disabled_at: new Date() })];
    const session = await signInAs(t.db, live);
    const { status, body } = await (await admin()).post("/users/bulk", {
      action: "disable",
      ids: [live.id, gone.id, missing, live.id],
      reason: "left with the project",
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      dry_run: false,
      data: [
        { id: live.id, ok: true },
        { id: gone.id, ok: false, error: { code: "conflict", message: "This user is already disabled." } },
        { id: missing, ok: false, error: { code: "not_found", message: "No such resource." } },
      ],
    });
    expect((await api.get("/users", session)).status).toBe(401);
    const entries = await t.db.auditEntry.findMany({ where: { target_id: live.id, action: "user.disabled" } });
    expect(entries).toMatchObject([{ after: { disabled_reason: "left with the project" } }]);
    const where = { type: "user.disabled", data: { path: ["id"], equals: live.id } };
    expect(await t.db.message.count({ where })).toBe(1);
  });

  test("by filter, as the list has it", async () => {
    const team = await makeTeam(t.db);
    const [inside, idle] = [await makeUser(t.db), await makeUser(t.db, { disabled_at: new Date() })];
    await makeMember(t.db, team, inside);
    await makeMember(t.db, team, idle);
    await makeUser(t.db);
    const filter = { team_id: team.id, disabled: true };
    const { body } = await (await admin()).post("/users/bulk", { action: "enable", filter });
    expect(body.data).toEqual([{ id: idle.id, ok: true }]);
  });

  test("nobody changes their own role or disables themselves among others", async () => {
    const { user, bearer } = await makePerson(t.db, { role: "admin" });
    const other = await makeUser(t.db);
    const self = api.as(bearer);
    for (const deed of [{ action: "disable" }, { action: "set_role", role: "viewer" }]) {
      const { body } = await self.post("/users/bulk", { ...deed, ids: [user.id, other.id] });
      expect(body.data).toMatchObject([{ ok: false, error: { code: "conflict" } }, { ok: true }]);
    }
    expect(await t.db.user.findUniqueOrThrow({ where: { id: other.id } })).toMatchObject({ manual_role: "viewer" });
  });

  test("a role is given by hand and taken away again; where groups give a stronger one, it stays", async () => {
    const [plain, grouped] = [await makeUser(t.db), await makeUser(t.db, { role: "admin", manual_role: null })];
    await t.db.user.update({ where: { id: grouped.id }, data: { oidc_role: "admin" } });
    const caller = await admin();
    const ids = [plain.id, grouped.id];
    const given = await caller.post("/users/bulk", { action: "set_role", role: "manager", ids });
    expect(given.body.data).toMatchObject([{ ok: true }, { ok: false, error: { code: "conflict" } }]);
    const taken = await caller.post("/users/bulk", { action: "set_role", role: null, ids });
    expect(taken.body.data).toMatchObject([{ ok: true }, { ok: true }]);
    const roles = await Promise.all(ids.map(async (id) => (await caller.get(`/users/${id}`)).body.role));
    expect(roles).toEqual(["user", "admin"]);
  });

  test("a key with narrow scopes reaches nobody who may do more than itself", async () => {
    const { user } = await makePerson(t.db, { role: "admin" });
    const { secret } = await makeKey(t.db, { user_id: user.id, scopes: ["users.*"] });
    const [above, plain] = [await makeUser(t.db, { role: "manager" }), await makeUser(t.db)];
    const { body } = await api.as(secret).post("/users/bulk", { action: "disable", ids: [above.id, plain.id] });
    expect(body.data).toMatchObject([{ ok: false, error: { code: "forbidden" } }, { ok: true }]);
  });

  test.each([
    [{ action: "disable" }, "ids"],
    [{ action: "disable", ids: [], filter: { q: "x" } }, "ids"],
    [{ action: "disable", ids: [missing], filter: { q: "x" } }, "ids"],
    [{ action: "disable", filter: {} }, "filter"],
    [{ action: "delete", ids: [missing] }, "action"],
    [{ action: "enable", ids: [missing], reason: "x" }, "reason"],
    [{ action: "enable", ids: [missing], role: "user" }, "role"],
    [{ action: "set_role", ids: [missing] }, "role"],
  ])("refuses %j and names the field", async (body, path) => {
    const answer = await (await admin()).post("/users/bulk", body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(path);
  });

  test("needs a caller, and one with the right", async () => {
    const body = { action: "disable", ids: [missing] };
    expect((await api.post("/users/bulk", body)).status).toBe(401);
    const { bearer } = await makePerson(t.db, { role: "manager" });
    expect((await api.as(bearer).post("/users/bulk", body)).status).toBe(403);
  });

  test.each([
    { action: "disable" },
    { action: "enable" },
    { action: "sign_out" },
    { action: "set_role", role: "manager" },
    { action: "set_role", role: null },
  ])("a dry run of %j changes nothing and foretells the real run", async (deed) => {
    const { user, bearer } = await makePerson(t.db, { role: "admin" });
    const people = [await makeUser(t.db), await makeUser(t.db, { disabled_at: new Date() }), user];
    for (const person of people) if (!person.disabled_at) await signInAs(t.db, person);
    const body = { ...deed, ids: [...people.map(({ id }) => id), missing] };
    const caller = api.as(bearer);
    const before = await snapshot();
    const foretold = await caller.post("/users/bulk", { ...body, dry_run: true });
    expect(await snapshot()).toEqual(before);
    const real = await caller.post("/users/bulk", body);
    expect(foretold.status).toBe(201);
    expect(foretold.body).toEqual({ ...real.body, dry_run: true });
  });
});
