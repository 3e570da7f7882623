import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { recordAudit } from "@/lib/audit/record";
import { auditColumns } from "@/lib/audit/schema";
import { systemContext, withTransaction } from "@/lib/context";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam } from "@/lib/testing/factories";
import { makeBudget } from "@/lib/testing/ledger-rows";

const t = openTestDatabase();
const api = createApi(routes);
const start = Date.parse("2026-03-10T12:00:00Z");

let admin: typeof api;
beforeAll(async () => {
  admin = api.as(await makeAdminBearer(t.db));
});

async function truncate(): Promise<void> {
  await t.pool.query("TRUNCATE audit_entries");
  await t.pool.query("UPDATE audit_head SET seq = 0, hash = '', anchor_seq = 0, anchor_hash = ''");
}

/** `count` entries, a minute apart. */
async function record(count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const clock = { now: () => start + index * 60_000 };
    await withTransaction(systemContext(t.db, "test", clock), (ctx) =>
      recordAudit(
        { ...ctx, address: "203.0.113.9" },
        {
          action: index % 2 === 0 ? "key.revoked" : "team.created",
          target_type: index % 2 === 0 ? "key" : "team",
          target_id: `target_${index}`,
          before: { name: "=old", nested: { z: 1, a: [1, { y: 2, b: null }] } },
          after: { name: "new", amount: 12345678901 },
        },
      ),
    );
  }
}

describe("reading the log", () => {
  beforeAll(async () => {
    await truncate();
    await record(6);
  });

  test("gives entries newest first, page by page, with everything that the hash covers", async () => {
    const first = await admin.get("/audit?limit=4");
    expect(first.body.data.map((entry) => entry.seq)).toEqual([6, 5, 4, 3]);
    const second = await admin.get(`/audit?limit=4&cursor=${first.body.next_cursor}`);
    expect(second.body.data.map((entry) => entry.seq)).toEqual([2, 1]);
    expect(second.body.next_cursor).toBeNull();
    expect(Object.keys(first.body.data[0] ?? {}).sort()).toEqual([...auditColumns, "target_name"].sort());
    expect(first.body.data[0]).toMatchObject({ actor_type: "system", actor_name: "test", after: { name: "new" } });
  });

  test.each([
    ["action=key.revoked", [5, 3, 1]],
    ["action=team.*", [6, 4, 2]],
    ["target_type=key&target_id=target_2", [3]],
    ["target_id=target_0,target_2", [3, 1]],
    ["from=2026-03-10T12:02:00Z&to=2026-03-10T12:04:00Z", [4, 3]],
    ["q=ARGET_5", [6]],
    ["q=203.0.113", [6, 5, 4, 3, 2, 1]],
    ["actor_id=usr_nobody", []],
    ["actor_type=master", []],
    ["actor_type=system&action=team.*", [6, 4, 2]],
  ])("filters by %s", async (query, found) => {
    expect((await admin.get(`/audit?${query}`)).body.data.map((entry) => entry.seq)).toEqual(found);
  });

  test.each([
    ["action=everything", "action"],
    ["from=yesterday", "from"],
    ["cursor=x", "cursor"],
    ["colour=red", "colour"],
  ])("refuses %s and names the field", async (query, field) => {
    const { status, body } = await admin.get(`/audit?${query}`);
    expect(status).toBe(422);
    expect(body.error.fields[0]?.path).toBe(field);
  });

  test("says what a target is called now, and nothing where it is gone", async () => {
    const [team, { key }] = [await makeTeam(t.db, { name: "Renamed" }), await makeKey(t.db, { name: "ci" })];
    const budget = await makeBudget(t.db, { type: "team", id: team.id });
    await t.db.auditEntry.updateMany({ where: { seq: 1 }, data: { target_id: team.id } });
    await t.db.auditEntry.updateMany({ where: { seq: 2 }, data: { target_id: key.id } });
    await t.db.auditEntry.updateMany({ where: { seq: 3 }, data: { target_id: budget.id } });
    const { body } = await admin.get("/audit?sort=seq&limit=4");
    expect(body.data.map((entry) => entry.target_name)).toEqual(["Renamed", "ci", "Renamed", null]);
    await truncate();
    await record(6);
  });

  test("exports it in the order of the chain, safe for a spreadsheet", async () => {
    const csv = String((await admin.get("/audit/export")).body.text)
      .trim()
      .split("\r\n");
    expect(csv[0]).toBe(auditColumns.join(","));
    expect(csv.slice(1).map((line) => line.split(",")[0])).toEqual(["1", "2", "3", "4", "5", "6"]);
    const lines = String((await admin.get("/audit/export?format=ndjson&action=team.*")).body.text)
      .trim()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line).before)).toEqual(
      Array(3).fill({ name: "=old", nested: { z: 1, a: [1, { y: 2, b: null }] } }),
    );
  });

  test("is for admins: not for the unknown, a manager, nor a team's owner", async () => {
    const manager = api.as((await makePerson(t.db, { role: "manager" })).bearer);
    const { user, bearer } = await makePerson(t.db);
    await makeMember(t.db, await makeTeam(t.db), user, "owner");
    const narrowed = api.as((await makeKey(t.db, { type: "admin", scopes: ["keys.*"] })).secret);
    for (const path of ["/audit", "/audit/export"]) {
      expect((await api.get(path)).status).toBe(401);
      for (const caller of [manager, api.as(bearer), narrowed]) expect((await caller.get(path)).status).toBe(403);
    }
    expect((await api.post("/audit/verify")).status).toBe(401);
    expect((await manager.post("/audit/verify")).status).toBe(403);
  });
});

describe("verifying the log", () => {
  beforeEach(async () => {
    await truncate();
    await record(8);
  });

  const verify = async () => {
    const { status, body } = await admin.post("/audit/verify");
    expect(status).toBe(201);
    return body;
  };

  test("finds an untouched chain whole, and leaves no trace of itself", async () => {
    const body = await verify();
    const head = { seq: 8, hash: expect.stringMatching(/^[0-9a-f]{64}$/) };
    expect(body).toEqual({ ok: true, checked: 8, anchor: null, head });
    expect(await verify()).toEqual(body);
  });

  test("finds an empty one whole", async () => {
    await truncate();
    expect(await verify()).toEqual({ ok: true, checked: 0, anchor: null, head: { seq: 0, hash: "" } });
  });

  test.each([
    ["action", "'key.created'"],
    ["created_at", "created_at + interval '1 millisecond'"],
    ["actor_name", "NULL"],
    ["actor_type", "'user'"],
    ["target_id", "target_id || 'x'"],
    ["before", "jsonb_set(before, '{nested,a,1,y}', '3')"],
    ["after", "after - 'amount'"],
    ["details", "'{}'"],
    ["request_id", "'req_1'"],
    ["address", "'10.0.0.1'"],
    ["id", "'aud_other'"],
    ["hash", "repeat('0', 64)"],
  ])("sees that %s of an entry was altered", async (column, value) => {
    await t.pool.query(`UPDATE audit_entries SET ${column} = ${value} WHERE seq = 4`);
    expect(await verify()).toMatchObject({ ok: false, checked: 3, first_broken: { seq: 4, reason: "altered" } });
  });

  test("sees that an entry was removed", async () => {
    await t.pool.query("DELETE FROM audit_entries WHERE seq = 5");
    expect(await verify()).toMatchObject({
      ok: false,
      checked: 4,
      first_broken: { seq: 5, id: null, reason: "missing" },
    });
  });

  test("sees that the first entries were removed, though the rest was numbered anew", async () => {
    await t.pool.query("DELETE FROM audit_entries WHERE seq <= 2");
    await t.pool.query("UPDATE audit_entries SET seq = seq - 2 WHERE seq > 2");
    await t.pool.query("UPDATE audit_head SET seq = 6");
    expect(await verify()).toMatchObject({ ok: false, checked: 0, first_broken: { seq: 1, reason: "altered" } });
  });

  test("sees that two entries changed places", async () => {
    await t.pool.query("UPDATE audit_entries SET seq = seq + 100 WHERE seq IN (3, 4)");
    await t.pool.query("UPDATE audit_entries SET seq = CASE seq WHEN 103 THEN 4 ELSE 3 END WHERE seq > 100");
    expect(await verify()).toMatchObject({ ok: false, checked: 2, first_broken: { seq: 3, reason: "altered" } });
  });

  test("sees that the tail was cut off", async () => {
    await t.pool.query("DELETE FROM audit_entries WHERE seq > 6");
    expect(await verify()).toMatchObject({
      ok: false,
      checked: 6,
      first_broken: { seq: 7, id: null, reason: "missing" },
    });
  });

  test("sees that the head is gone", async () => {
    await t.pool.query("DELETE FROM audit_head");
    expect(await verify()).toMatchObject({
      ok: false,
      checked: 8,
      head: null,
      first_broken: { seq: 9, reason: "missing" },
    });
    await t.pool.query("INSERT INTO audit_head (id) VALUES (1)");
  });

  test("sees that everything is gone", async () => {
    await t.pool.query("DELETE FROM audit_entries");
    expect(await verify()).toMatchObject({ ok: false, checked: 0, first_broken: { seq: 1, reason: "missing" } });
  });

  test("sees that the head was set back, and an entry added after it", async () => {
    await t.pool.query("UPDATE audit_head h SET seq = 6, hash = (SELECT hash FROM audit_entries WHERE seq = 6)");
    expect(await verify()).toMatchObject({ ok: false, first_broken: { seq: 7, reason: "added" } });
  });

  test("sees a chain written anew from somewhere on, by the head's hash", async () => {
    await t.pool.query("UPDATE audit_head SET hash = repeat('a', 64)");
    expect(await verify()).toMatchObject({ ok: false, checked: 8, first_broken: { seq: 8, reason: "altered" } });
  });

  test("walks a chain of more than one batch", async () => {
    await truncate();
    await record(1_050);
    expect(await verify()).toMatchObject({ ok: true, checked: 1_050 });
    await t.pool.query("UPDATE audit_entries SET address = 'elsewhere' WHERE seq = 1040");
    expect(await verify()).toMatchObject({ ok: false, checked: 1_039, first_broken: { seq: 1_040 } });
  });
});

test("changes that happen at the same moment make one chain without forks", async () => {
  await truncate();
  const admins = Array.from({ length: 30 }, (_, index) => admin.post("/teams", { name: `Team ${index}` }));
  expect((await Promise.all(admins)).map(({ status }) => status)).toEqual(Array(30).fill(201));
  expect((await admin.post("/audit/verify")).body).toMatchObject({ ok: true, checked: 30 });
});
