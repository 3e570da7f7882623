import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
const admin = async () => api.as(await makeAdminBearer(t.db));
const missing = "team_01jd0c4x8k9m2n3p4q5r6s7t8v";

async function snapshot() {
  const [teams, audit] = await Promise.all([t.db.team.findMany({ orderBy: { id: "asc" } }), t.db.auditEntry.count()]);
  return { teams, audit };
}

describe("one deed on many teams", () => {
  test("a whole empty branch is deleted at once, in whatever order it is named; what is in use stays", async () => {
    const root = await makeTeam(t.db);
    const child = await makeTeam(t.db, { parent_id: root.id });
    const used = await makeTeam(t.db);
    await makeKey(t.db, { type: "team", team_id: used.id });
    const caller = await admin();
    const body = { action: "delete", ids: [root.id, used.id, missing, child.id] };
    const before = await snapshot();
    const foretold = await caller.post("/teams/bulk", { ...body, dry_run: true });
    expect(await snapshot()).toEqual(before);
    const real = await caller.post("/teams/bulk", body);
    expect(real.status).toBe(201);
    expect(foretold.body).toEqual({ ...real.body, dry_run: true });
    expect(real.body.data).toMatchObject([
      { id: child.id, ok: true },
      { id: root.id, ok: true },
      { id: used.id, ok: false, error: { code: "conflict" } },
      { id: missing, ok: false, error: { code: "not_found" } },
    ]);
    const entries = await t.db.auditEntry.findMany({ where: { action: "team.deleted", target_id: root.id } });
    expect(entries).toHaveLength(1);
  });

  test("limits are set on each; an owner sets them below their team and not on it", async () => {
    const root = await makeTeam(t.db);
    const child = await makeTeam(t.db, { parent_id: root.id, tpm_limit: 900 });
    const { user, bearer } = await makePerson(t.db);
    await makeMember(t.db, root, user, "owner");
    const ids = [root.id, child.id];
    const { body } = await api.as(bearer).post("/teams/bulk", { action: "set_limits", ids, rpm_limit: 30 });
    expect(body.data).toMatchObject([
      { id: child.id, ok: true },
      { id: root.id, ok: false, error: { code: "forbidden" } },
    ]);
    const after = await t.db.team.findUniqueOrThrow({ where: { id: child.id } });
    expect(after).toMatchObject({ rpm_limit: 30, tpm_limit: 900, version: 2 });
  });

  test.each([
    [{ action: "delete" }, "ids"],
    [{ action: "delete", ids: [missing], rpm_limit: 3 }, "action"],
    [{ action: "set_limits", ids: [missing] }, "action"],
    [{ action: "set_limits", ids: [missing], rpm_limit: 0 }, "rpm_limit"],
    [{ action: "move", ids: [missing] }, "action"],
  ])("refuses %j and names the field", async (body, path) => {
    const answer = await (await admin()).post("/teams/bulk", body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(path);
  });

  test("needs a caller, and one with the right", async () => {
    const body = { action: "delete", ids: [missing] };
    expect((await api.post("/teams/bulk", body)).status).toBe(401);
    const { bearer } = await makePerson(t.db);
    expect((await api.as(bearer).post("/teams/bulk", body)).status).toBe(403);
  });
});
