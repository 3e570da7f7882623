import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { bulkActions } from "@/lib/keys/schema";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
const admin = async () => api.as(await makeAdminBearer(t.db));
const missing = "key_01jd0c4x8k9m2n3p4q5r6s7t8v";
const dayMs = 86_400_000;

/** All that a change could leave behind, apart from when it happened. */
async function snapshot() {
  const [keys, secrets, audit, messages, jobs] = await Promise.all([
    t.db.key.findMany({ orderBy: { id: "asc" } }),
    t.db.keySecret.findMany({ orderBy: { hash: "asc" } }),
    t.db.auditEntry.count(),
    t.db.message.count(),
    t.db.job.count(),
  ]);
  return { keys, secrets, audit, messages, jobs };
}

describe("one deed on many keys", () => {
  test("each is decided on its own, told on its own, and written to log and outbox like a single one", async () => {
    const [live, revoked] = [await makeKey(t.db), await makeKey(t.db, { revoked_at: new Date() })];
    const { status, body } = await (await admin()).post("/keys/bulk", {
      action: "revoke",
      ids: [live.key.id, revoked.key.id, missing, live.key.id],
      reason: "spring cleaning",
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      dry_run: false,
      data: [
        { id: live.key.id, ok: true },
        { id: revoked.key.id, ok: false, error: { code: "conflict", message: "This key is already revoked." } },
        { id: missing, ok: false, error: { code: "not_found", message: "No such resource." } },
      ],
    });
    const entries = await t.db.auditEntry.findMany({ where: { target_id: live.key.id } });
    expect(entries).toMatchObject([{ action: "key.revoked", after: { revoked_reason: "spring cleaning" } }]);
    const where = { type: "key.revoked", data: { path: ["id"], equals: live.key.id } };
    expect(await t.db.message.count({ where })).toBe(1);
  });

  test("by filter, within the caller's reach", async () => {
    const team = await makeTeam(t.db);
    const { user, bearer } = await makePerson(t.db);
    await makeMember(t.db, team, user, "owner");
    const mine = await makeKey(t.db, { team_id: team.id, tags: ["old"] });
    await makeKey(t.db, { tags: ["old"] });
    const { body } = await api.as(bearer).post("/keys/bulk", { action: "block", filter: { tag: "old" } });
    expect(body.data).toEqual([{ id: mine.key.id, ok: true }]);
  });

  test("a filter that matches more than 500 keys is refused and nothing happens", async () => {
    const team = await makeTeam(t.db);
    const ids = Array.from({ length: 501 }, (_, index) => `key_${String(index).padStart(26, "0")}`);
    const common = {
      type: "team",
      name: "many",
      team_id: team.id,
      prefix: "sk-team-",
      last_four: "0000",
      created_by: "test",
    };
    await t.db.key.createMany({ data: ids.map((id) => ({ id, ...common })) });
    const caller = await admin();
    const { status, body } = await caller.post("/keys/bulk", { action: "block", filter: { team_id: team.id } });
    expect(status).toBe(422);
    expect(body.error.fields[0]?.path).toBe("filter");
    expect(await t.db.key.count({ where: { team_id: team.id, blocked_at: null } })).toBe(501);
    await t.db.key.delete({ where: { id: ids[0] } });
    const all = await caller.post("/keys/bulk", { action: "block", filter: { team_id: team.id } });
    expect(all.body.data.filter((row) => row.ok)).toHaveLength(500);
  });

  test.each([
    [{ action: "revoke" }, "ids"],
    [{ action: "revoke", ids: [], filter: { tag: "x" } }, "ids"],
    [{ action: "revoke", ids: [missing], filter: { tag: "x" } }, "ids"],
    [{ action: "revoke", filter: {} }, "filter"],
    [{ action: "rotate", ids: [missing] }, "action"],
    [{ action: "block", ids: [missing], reason: "x" }, "reason"],
    [{ action: "block", ids: [missing], expires_in: "1d" }, "expires_at"],
    [{ action: "set_expiry", ids: [missing] }, "expires_at"],
  ])("refuses %j and names the field", async (body, path) => {
    const answer = await (await admin()).post("/keys/bulk", body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(path);
  });

  test("needs a caller, and one with the right", async () => {
    const body = { action: "revoke", ids: [missing] };
    expect((await api.post("/keys/bulk", body)).status).toBe(401);
    const { bearer } = await makePerson(t.db, { role: "viewer" });
    expect((await api.as(bearer).post("/keys/bulk", body)).status).toBe(403);
  });

  test("a dry run changes nothing and foretells the real run, key by key", async () => {
    const { user, bearer } = await makePerson(t.db);
    const caller = api.as(bearer);
    const states = [
      {},
      { blocked_at: new Date() },
      { revoked_at: new Date() },
      { revoked_at: new Date(Date.now() - 40 * dayMs) },
      { expires_at: new Date(Date.now() - 1) },
      { type: "virtual", expires_at: new Date(Date.now() + dayMs) },
      { type: "admin" },
      { user_id: null },
    ];
    const key = fc.record({ state: fc.constantFrom(...states), isChild: fc.boolean() });
    const input = fc.record({
      action: fc.constantFrom(...bulkActions),
      keys: fc.array(key, { minLength: 2, maxLength: 5 }),
      isReversed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ action, keys, isReversed }) => {
        const ids: string[] = [];
        for (const { state, isChild } of keys) {
          const parent_key_id = isChild ? (ids.at(-1) ?? null) : null;
          ids.push((await makeKey(t.db, { user_id: user.id, ...state, parent_key_id })).key.id);
        }
        const expiry = action === "set_expiry" ? { expires_at: null } : {};
        const body = { action, ids: [...(isReversed ? ids.reverse() : ids), missing], ...expiry };
        const before = await snapshot();
        const foretold = await caller.post("/keys/bulk", { ...body, dry_run: true });
        expect(await snapshot()).toEqual(before);
        const real = await caller.post("/keys/bulk", body);
        expect(foretold.status).toBe(201);
        expect(foretold.body).toEqual({ ...real.body, dry_run: true });
      }),
      { numRuns: 30 },
    );
  });
});
