import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemContext } from "@/lib/context";
import { PrismaClient } from "@/lib/db/generated/client";
import { openTestDatabase } from "@/lib/testing/database";
import { listKeysQuery } from "./schema";
import { listKeys } from "./service";

const t = openTestDatabase();
const asked: { sql: string; params: unknown[] }[] = [];
let db: PrismaClient;

beforeAll(async () => {
  await t.pool.query(`
    INSERT INTO keys (id, type, name, prefix, last_four, created_by, tags, created_at)
    SELECT 'key_' || lpad(g::text, 26, '0'), 'user', md5(g::text) || (ARRAY[' billing bot', ' notebook'])[1 + g % 2]
        || CASE WHEN g % 997 = 0 THEN ' unicorn' ELSE '' END,
      'sk-user-', right(md5((g * 3)::text), 4), 'test', ARRAY['tag' || g % 1000], now() - make_interval(mins => 100000 - g)
    FROM generate_series(1, 100000) g`);
  await t.pool.query("ANALYZE keys");
  const logged = new PrismaClient({
    adapter: new PrismaPg({ connectionString: t.url, max: 1 }),
    log: [{ emit: "event", level: "query" }],
  });
  logged.$on("query", ({ query, params }) => asked.push({ sql: query, params: JSON.parse(params) }));
  db = logged;
});
afterAll(() => db.$disconnect());

async function planOf(query: Record<string, string>): Promise<string> {
  asked.length = 0;
  await listKeys(systemContext(db, "test"), listKeysQuery.parse(query));
  const [main] = asked;
  if (!main) throw new Error("the list asked nothing");
  const { rows } = await t.pool.query<{ "QUERY PLAN": string }>(`EXPLAIN ${main.sql}`, main.params);
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

test.each([
  [{}, "keys_pkey"],
  [{ sort: "name" }, "keys_name_id_idx"],
  [{ sort: "-created_at" }, "keys_created_at_id_idx"],
  [{ q: "unicorn", sort: "name" }, "keys_name_search"],
  [{ q: "no such key", sort: "-created_at" }, "keys_name_search"],
  [{ q: "billing", sort: "name" }, "keys_name_id_idx"],
  [{ q: "zz", sort: "name" }, "keys_name_search"],
  [{ q: "a1b2", sort: "name" }, "keys_last_four_idx"],
  [{ tag: "tag77", sort: "name" }, "keys_tags_idx"],
  [{ type: "admin", sort: "name" }, "keys_type_id_idx"],
])("among 100,000 keys %j is answered from %s, without reading them all", async (query, index) => {
  const plan = await planOf(query);
  expect(plan).toContain(index);
  expect(plan).not.toContain("Seq Scan");
});

test("a page far down starts at its cursor instead of counting there", async () => {
  const names = await t.pool.query<{ id: string; name: string }>(
    "SELECT id, name FROM keys ORDER BY name, id OFFSET 90000 LIMIT 1",
  );
  const last = names.rows[0];
  const cursor = Buffer.from(JSON.stringify(["name", last?.name, last?.id])).toString("base64url");
  expect(await planOf({ sort: "name", cursor })).toMatch(/keys_name_id_idx.*\n\s+Index Cond: \(ROW\(name, id\) > /);
});
