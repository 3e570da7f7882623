import { beforeEach, describe, expect, test } from "vitest";
import { bucketOf, bucketSql } from "@/lib/histogram";
import { newId } from "@/lib/ids";
import { openTestDatabase } from "@/lib/testing/database";
import { makeEvent, makeWorld, randomEvent, seededRandom } from "@/lib/testing/usage-seed";
import type { UsageEventRow } from "./event";
import { recordUsage } from "./write";

const t = openTestDatabase();
const world = makeWorld({ teams: 6, users: 5, keys: 20, models: 4 });
const noon = Date.parse("2026-03-10T12:00:00Z");

beforeEach(async () => {
  await t.pool.query(
    "TRUNCATE usage_events, usage_models, usage_hourly, usage_team_daily, usage_tag_daily, usage_daily, usage_user_daily, usage_monthly, usage_latency, key_uses",
  );
});

function randomEvents(count: number, seed: number, spanMs = 3 * 86_400_000): UsageEventRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => randomEvent(random, world, noon - spanMs, noon));
}

describe("inserting events", () => {
  test("keeps every field, whatever it holds", async () => {
    const row = makeEvent({
      key_id: newId("key"),
      team_path: ["team_a", 'odd "quoted", {braced} \\ back'],
      tags: [],
      client: "naïve \u{1f600} 'quote' \n line",
      estimate_nano: 9_223_372_036_854_775_807n,
      cost_nano: 9_007_199_254_740_993n,
      budget_ids: ["bud_1", "bud_2"],
      period_starts: ["2026-03-01T00:00:00.123Z", "1970-01-01T00:00:00.000Z"],
      first_token_ms: 12,
    });
    const bare = makeEvent({ http_status: null });
    await recordUsage(t.pool, [row, bare]);
    const { rows } = await t.pool.query("SELECT * FROM usage_events ORDER BY id = $1 DESC", [row.id]);
    const asRead = ({ trace: _beside, ...event }: UsageEventRow) => ({
      ...event,
      period_starts: event.period_starts.map((start) => new Date(start)),
    });
    expect(rows).toEqual([asRead(row), asRead(bare)]);
  });

  test("refuses an event that is there already", async () => {
    const row = makeEvent();
    await recordUsage(t.pool, [row]);
    await expect(recordUsage(t.pool, [makeEvent(), row])).rejects.toMatchObject({ code: "23505" });
    expect((await t.pool.query("SELECT id FROM usage_events")).rows).toEqual([{ id: row.id }]);
  });

  test("never changes one", async () => {
    await recordUsage(t.pool, [makeEvent()]);
    await expect(t.pool.query("UPDATE usage_events SET cost_nano = 0")).rejects.toThrow("never changed");
  });

  test("of nothing asks nothing of the database", async () => {
    await recordUsage(t.pool, []);
    expect((await t.pool.query("SELECT count(*) FROM usage_models")).rows).toEqual([{ count: 0n }]);
  });
});

const sums = `count(*) AS requests, count(*) FILTER (WHERE status IN ('error', 'unknown')) AS errors,
  sum(prompt_tokens) AS prompt_tokens, sum(cached_tokens) AS cached_tokens, sum(cache_write_tokens) AS cache_write_tokens,
  sum(completion_tokens) AS completion_tokens, sum(reasoning_tokens) AS reasoning_tokens, sum(cost_nano)::bigint AS cost_nano`;
const path = "array_to_string(team_path, '/') AS team_path";
const day = "date_trunc('day', started_at, 'UTC')::date AS day";

describe("rollups", () => {
  test.each([
    ["usage_hourly", `date_trunc('hour', started_at, 'UTC') AS hour, ${path}, model_id`, 3, ""],
    ["usage_team_daily", `${day}, ${path}, model_id`, 3, ""],
    [
      "usage_tag_daily",
      `${day}, COALESCE(tag, '') AS tag, ${path}, model_id`,
      4,
      "LEFT JOIN LATERAL unnest(tags) AS tag ON true",
    ],
    [
      "usage_daily",
      `${day}, COALESCE(key_id, '') AS key_id, COALESCE(user_id, '') AS user_id, ${path}, model_id`,
      5,
      "",
    ],
    ["usage_user_daily", `${day}, COALESCE(user_id, '') AS user_id, ${path}`, 3, ""],
  ])("%s holds the sums of the events, however they were batched", async (table, key, width, eachTag) => {
    const events = randomEvents(600, 7);
    for (const [first, last] of [
      [0, 1],
      [1, 200],
      [200, 600],
    ] as const)
      await recordUsage(t.pool, events.slice(first, last));
    const grouped = Array.from({ length: width }, (_, index) => index + 1).join(", ");
    const wanted = await t.pool.query(
      `SELECT ${key}, ${sums} FROM usage_events ${eachTag} GROUP BY ${grouped} ORDER BY ${grouped}`,
    );
    const held = await t.pool.query(`SELECT * FROM ${table} ORDER BY ${grouped}`);
    expect(wanted.rows.length).toBeGreaterThan(20);
    expect(held.rows).toEqual(wanted.rows);
  });

  test("of flushes that run at the same time lose nothing and never deadlock", async () => {
    // All in one hour, so that every flush touches nearly every rollup row, each in another order; and without keys, whose rows
    // would make the flushes wait for each other before they come to the rollups.
    const nobody = { key_id: null, user_id: null };
    const events = randomEvents(1_200, 11, 3_600_000).map((event) => ({ ...event, ...nobody }));
    await recordUsage(t.pool, events.slice(0, 200));
    const flushes = Array.from({ length: 20 }, (_, index) => events.slice(200 + index * 50, 250 + index * 50));
    await Promise.all(
      flushes.map(async (rows) => {
        const client = await t.pool.connect();
        try {
          await client.query("BEGIN");
          await recordUsage(client, rows);
          await client.query("COMMIT");
        } finally {
          client.release();
        }
      }),
    );
    const cost = events.reduce((sum, event) => sum + event.cost_nano, 0n);
    for (const table of [
      "usage_hourly",
      "usage_team_daily",
      "usage_daily",
      "usage_user_daily",
      "usage_monthly",
      "usage_events",
    ]) {
      const { rows } = await t.pool.query(`SELECT sum(cost_nano)::text AS cost FROM ${table}`);
      expect(rows).toEqual([{ cost: cost.toString() }]);
    }
  });

  test("by tag count a call once for a tag that it has twice", async () => {
    await recordUsage(t.pool, [makeEvent({ tags: ["a", "a", "b"] }), makeEvent()]);
    const { rows } = await t.pool.query("SELECT tag, requests FROM usage_tag_daily ORDER BY tag");
    expect(rows).toEqual([
      { tag: "", requests: 1n },
      { tag: "a", requests: 1n },
      { tag: "b", requests: 1n },
    ]);
  });

  test("of latency count the calls that went well, by bucket", async () => {
    const [model_id, started_at] = [newId("model"), new Date(noon)];
    await recordUsage(t.pool, [
      makeEvent({ model_id, started_at, latency_ms: 100, first_token_ms: 10 }),
      makeEvent({ model_id, started_at, latency_ms: 100, first_token_ms: null }),
      makeEvent({ model_id, started_at, latency_ms: 9_000, status: "error" }),
      makeEvent({ model_id, started_at, latency_ms: 9_000, status: "aborted" }),
    ]);
    const { rows } = await t.pool.query("SELECT metric, bucket, count FROM usage_latency ORDER BY metric");
    expect(rows).toEqual([
      { metric: "first_token", bucket: bucketOf(10), count: 1n },
      { metric: "latency", bucket: bucketOf(100), count: 2n },
    ]);
  });

  test("put every duration into the bucket that the histogram's reader expects", async () => {
    const durations = [0, 1, 2, 3, 4, 7, 8, 1_000, 1_024, 4_096, 65_536, 99_999, 1_048_576, 16_777_216, 2_147_483_647];
    const text = `SELECT array_agg(${bucketSql("ms")} ORDER BY i) AS buckets FROM unnest($1::int[]) WITH ORDINALITY AS d(ms, i)`;
    expect((await t.pool.query(text, [durations])).rows).toEqual([{ buckets: durations.map(bucketOf) }]);
  });

  test("remember what a model was called last", async () => {
    const names = { model_id: "model_x", provider_id: "prov_x", provider: "openai" };
    await recordUsage(t.pool, [makeEvent({ ...names, model: "old" })]);
    await recordUsage(t.pool, [makeEvent({ ...names, model: "new" })]);
    expect((await t.pool.query("SELECT * FROM usage_models")).rows).toEqual([{ ...names, model: "new" }]);
  });
});

describe("the last use of a key", () => {
  test("is that of the call that finished last, in whichever order the batches come", async () => {
    const at = (seconds: number) => new Date(noon + seconds * 1_000);
    const use = (key_id: string | null, seconds: number, client: string | null) =>
      makeEvent({ key_id, finished_at: at(seconds), client });
    await recordUsage(t.pool, [
      use("key_a", 5, "curl"),
      use("key_a", 3, "older"),
      use("key_b", 1, null),
      use(null, 9, "x"),
    ]);
    await recordUsage(t.pool, [use("key_a", 4, "late"), use("key_b", 2, "python")]);
    expect((await t.pool.query("SELECT * FROM key_uses ORDER BY key_id")).rows).toEqual([
      { key_id: "key_a", last_used_at: at(5), client: "curl" },
      { key_id: "key_b", last_used_at: at(2), client: "python" },
    ]);
  });
});
