import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { recordAudit } from "@/lib/audit/record";
import { expireAudit } from "@/lib/audit/retention";
import { systemContext, withTransaction } from "@/lib/context";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
const dayMs = 86_400_000;
const start = Date.parse("2026-03-10T12:00:00Z");

let admin: typeof api;
beforeAll(async () => {
  admin = api.as(await makeAdminBearer(t.db));
});

/** One entry a day, `count` of them; the last is `count - 1` days after the first. */
async function record(count: number, from = start): Promise<void> {
  for (let index = 0; index < count; index++) {
    const ctx = systemContext(t.db, "test", { now: () => from + index * dayMs });
    await withTransaction(ctx, (tx) => recordAudit(tx, { action: "key.revoked", target_id: `target_${index}` }));
  }
}

async function setRetention(days: number | null): Promise<void> {
  await t.pool.query("UPDATE settings SET data = jsonb_build_object('audit_retention_days', $1::int)", [days]);
}

/** What the job does at noon of this day after the first entry. */
function expireOn(day: number): Promise<void> {
  return expireAudit(systemContext(t.db, "audit.retention", { now: () => start + day * dayMs }));
}

const verify = async () => (await admin.post("/audit/verify")).body;
const listed = async () => (await admin.get("/audit")).body.data;

beforeEach(async () => {
  await t.pool.query("TRUNCATE audit_entries");
  await t.pool.query("UPDATE audit_head SET seq = 0, hash = '', anchor_seq = 0, anchor_hash = ''");
  await record(10);
  await setRetention(4);
});
afterAll(() => setRetention(null));

describe("retention", () => {
  test("deletes what is older than it says, tells of that in the log, and what is left verifies", async () => {
    const sixth = (await listed()).find((entry) => entry.seq === 6);
    await expireOn(10);
    const entries = await listed();
    // A day-old entry is one day old at noon: the one of exactly four days stays.
    expect(entries.map((entry) => entry.seq)).toEqual([11, 10, 9, 8, 7]);
    expect(entries[0]).toMatchObject({
      actor_type: "system",
      actor_name: "audit.retention",
      action: "audit.expired",
      details: { through_seq: 6, through_hash: sixth?.hash, deleted: 6 },
    });
    expect(await verify()).toMatchObject({ ok: true, checked: 5, anchor: { seq: 6, hash: sixth?.hash } });
  });

  test("goes on from where it was, its own entries included, and is content with a log that has nothing else", async () => {
    await expireOn(10);
    await record(1, start + 11 * dayMs);
    await expireOn(13);
    expect((await listed()).map((entry) => entry.seq)).toEqual([13, 12, 11, 10]);
    expect(await verify()).toMatchObject({ ok: true, anchor: { seq: 9 } });
    await expireOn(1_000);
    expect((await listed()).map((entry) => entry.seq)).toEqual([14]);
    expect(await verify()).toMatchObject({ ok: true, checked: 1, anchor: { seq: 13 } });
  });

  test("does nothing, and says nothing, where nothing is due or entries are kept for ever", async () => {
    await expireOn(4);
    await setRetention(null);
    await expireOn(1_000);
    expect(await listed()).toHaveLength(10);
    expect(await verify()).toMatchObject({ ok: true, checked: 10, anchor: null });
  });

  test("deletes more than one batch", async () => {
    await t.pool.query("TRUNCATE audit_entries");
    await t.pool.query("UPDATE audit_head SET seq = 0, hash = ''");
    const ctx = systemContext(t.db, "test", { now: () => start });
    await withTransaction(ctx, async (tx) => {
      for (let index = 0; index < 2_100; index++) await recordAudit(tx, { action: "key.revoked" });
    });
    await expireOn(10);
    expect((await listed()).map((entry) => entry.details)).toMatchObject([{ deleted: 100 }, { deleted: 2_000 }]);
    expect(await verify()).toMatchObject({ ok: true, checked: 2, anchor: { seq: 2_100 } });
  });

  test("deletes nothing of a log that does not verify: it is evidence", async () => {
    await t.pool.query("UPDATE audit_entries SET actor_name = 'nobody' WHERE seq = 3");
    await expect(expireOn(10)).rejects.toThrow("broken at entry 3 (altered)");
    expect(await listed()).toHaveLength(10);
  });

  test("that runs in two processes at once does everything once", async () => {
    await Promise.all([expireOn(10), expireOn(10)]);
    expect((await listed()).map((entry) => entry.action)).toEqual(["audit.expired", ...Array(4).fill("key.revoked")]);
    expect(await verify()).toMatchObject({ ok: true });
  });
});

describe("after retention, verifying still", () => {
  beforeEach(() => expireOn(10));

  const anchorAt = (seq: number) =>
    t.pool.query(
      "UPDATE audit_head SET anchor_seq = $1, anchor_hash = (SELECT hash FROM audit_entries WHERE seq = $1)",
      [seq],
    );

  test("sees an altered entry, the first one kept too", async () => {
    await t.pool.query("UPDATE audit_entries SET actor_name = 'x' WHERE seq = 7");
    expect(await verify()).toMatchObject({ ok: false, first_broken: { seq: 7, reason: "altered" } });
  });

  test("sees a deleted entry, the first one kept too", async () => {
    await t.pool.query("DELETE FROM audit_entries WHERE seq = 7");
    expect(await verify()).toMatchObject({ ok: false, first_broken: { seq: 7, reason: "missing" } });
  });

  test("sees that more was cut than the log tells of, although the anchor was moved along", async () => {
    await anchorAt(8);
    await t.pool.query("DELETE FROM audit_entries WHERE seq <= 8");
    expect(await verify()).toMatchObject({ ok: false, first_broken: { seq: 7, reason: "missing" } });
  });

  test("sees a cut with a moved anchor where retention never ran", async () => {
    await t.pool.query("TRUNCATE audit_entries");
    await t.pool.query("UPDATE audit_head SET seq = 0, hash = '', anchor_seq = 0, anchor_hash = ''");
    await record(5);
    await anchorAt(2);
    await t.pool.query("DELETE FROM audit_entries WHERE seq <= 2");
    expect(await verify()).toMatchObject({ ok: false, first_broken: { seq: 1, reason: "missing" } });
  });

  test("sees that the anchor was set back", async () => {
    await t.pool.query("UPDATE audit_head SET anchor_seq = 0, anchor_hash = ''");
    expect(await verify()).toMatchObject({ ok: false, first_broken: { seq: 1, reason: "missing" } });
  });

  test("sees an entry that was put where the old ones had been", async () => {
    await t.pool.query(
      "INSERT INTO audit_entries SELECT 3, 'aud_forged', created_at, actor_type, actor_id, actor_name, action, target_type, target_id, before, after, details, request_id, address, hash FROM audit_entries WHERE seq = 8",
    );
    expect(await verify()).toMatchObject({ ok: false, first_broken: { seq: 3, id: "aud_forged", reason: "added" } });
  });

  test("sees that the tail was cut", async () => {
    await t.pool.query("DELETE FROM audit_entries WHERE seq >= 10");
    expect(await verify()).toMatchObject({ ok: false, first_broken: { seq: 10, reason: "missing" } });
  });
});
