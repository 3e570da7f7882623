import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);

let count = 0;
async function makeProvider() {
  const caller = api.as(await makeAdminBearer(t.db));
  const { body } = await caller.post("/providers", { name: `c${++count}`, base_url: "https://models.example.com/v1" });
  return { caller, path: `/providers/${body.id}/credentials`, providerId: body.id };
}

describe("credentials", () => {
  test("are created with a key that is never shown again", async () => {
    const { caller, path, providerId } = await makeProvider();
    const { status, body } = await caller.post(path, { name: "eu", api_key: "sk-long-enough-0123", weight: 3 });
    expect(status).toBe(201);
    expect(body).toMatchObject({ provider_id: providerId, name: "eu", last_four: "0123", weight: 3, enabled: true });
    expect(Object.keys(body)).not.toContain("secret");
    expect(Object.keys(body)).not.toContain("api_key");
    const listed = await caller.get(path);
    expect(listed.body.data).toEqual([body]);
    const audit = await t.db.auditEntry.findMany({ where: { target_id: body.id } });
    expect(audit.map((entry) => entry.action)).toEqual(["credential.created"]);
  });

  test("show nothing of a key that is too short to spare four characters", async () => {
    const { caller, path } = await makeProvider();
    expect((await caller.post(path, { name: "short", api_key: "hunter2" })).body.last_four).toBe("");
  });

  test.each([
    [{ api_key: "k" }, "name"],
    [{ name: " ", api_key: "k" }, "name"],
    [{ name: "a" }, "api_key"],
    [{ name: "a", api_key: null }, "api_key"],
    [{ name: "a", api_key: "line\nbreak" }, "api_key"],
    [{ name: "a", api_key: "k", weight: -1 }, "weight"],
    [{ name: "a", api_key: "k", weight: 1001 }, "weight"],
    [{ name: "a", api_key: "k", weight: 0.5 }, "weight"],
    [{ name: "a", api_key: "k", secret: "x" }, "secret"],
    [{ name: "a", api_key: "k", cooldown_until: null }, "cooldown_until"],
  ])("refuses %j and names the field", async (body, field) => {
    const { caller, path } = await makeProvider();
    const answer = await caller.post(path, body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(field);
  });

  test("have different names within a provider, by creation and by renaming", async () => {
    const { caller, path } = await makeProvider();
    const first = await caller.post(path, { name: "a", api_key: "k" });
    await caller.post(path, { name: "b", api_key: "k" });
    const twin = await caller.post(path, { name: "a", api_key: "k" });
    expect(twin.status).toBe(409);
    expect((await caller.patch(`${path}/${first.body.id}`, { name: "b" })).status).toBe(409);
    const other = await makeProvider();
    expect((await other.caller.post(other.path, { name: "a", api_key: "k" })).status).toBe(201);
  });

  test("change in weight and state without touching the key; 0 takes them out of the choice", async () => {
    const { caller, path } = await makeProvider();
    const { body } = await caller.post(path, { name: "a", api_key: "k" });
    const before = await t.db.credential.findUniqueOrThrow({ where: { id: body.id } });
    const changed = await caller.patch(`${path}/${body.id}`, { weight: 0, enabled: false });
    expect(changed.body).toMatchObject({ weight: 0, enabled: false, version: 2 });
    const after = await t.db.credential.findUniqueOrThrow({ where: { id: body.id } });
    expect(after.secret).toBe(before.secret);
    expect((await caller.patch(`${path}/${body.id}`, { api_key: null })).status).toBe(422);
  });

  test("show their cooldown while it lasts, and a new key ends it", async () => {
    const { caller, path } = await makeProvider();
    const { body } = await caller.post(path, { name: "a", api_key: "k" });
    const cool = (until: Date) =>
      t.db.credential.update({ where: { id: body.id }, data: { cooldown_until: until, cooldown_cause: "http_429" } });
    const until = new Date(Date.now() + 60_000);
    await cool(until);
    const shown = (await caller.get(path)).body.data[0];
    expect(shown).toMatchObject({ cooldown_until: until.toISOString(), cooldown_cause: "http_429" });
    await cool(new Date(Date.now() - 1));
    expect((await caller.get(path)).body.data[0]).toMatchObject({ cooldown_until: null, cooldown_cause: null });
    await cool(until);
    expect((await caller.patch(`${path}/${body.id}`, { weight: 2 })).body.cooldown_until).toBe(until.toISOString());
    expect((await caller.patch(`${path}/${body.id}`, { api_key: "k2" })).body.cooldown_until).toBeNull();
  });

  test("a stale If-Match is refused", async () => {
    const { caller, path } = await makeProvider();
    const { body } = await caller.post(path, { name: "a", api_key: "k" });
    const headers = { "if-match": '"1"' };
    expect((await caller.patch(`${path}/${body.id}`, { weight: 2 }, { headers })).status).toBe(200);
    expect((await caller.patch(`${path}/${body.id}`, { weight: 3 }, { headers })).status).toBe(412);
  });

  test("belong to their provider: under another's path they do not exist", async () => {
    const [mine, other] = [await makeProvider(), await makeProvider()];
    const { body } = await mine.caller.post(mine.path, { name: "a", api_key: "k" });
    expect((await other.caller.patch(`${other.path}/${body.id}`, { weight: 2 })).status).toBe(404);
    expect((await other.caller.delete(`${other.path}/${body.id}`)).status).toBe(404);
    expect((await mine.caller.delete(`${mine.path}/${body.id}`)).status).toBe(204);
    expect((await mine.caller.delete(`${mine.path}/${body.id}`)).status).toBe(404);
    expect(await t.db.credential.count({ where: { id: body.id } })).toBe(0);
  });
});
