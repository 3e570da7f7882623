import path from "node:path";
import pg from "pg";
import { startTestPostgres } from "@/lib/testing/global-setup";
import { migrate } from "@/lib/db/migrate";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@/lib/db/generated/client";
import { systemContext } from "@/lib/context";
import { listKeys } from "@/lib/keys/service";
import { listKeysQuery } from "@/lib/keys/schema";
import { keyset } from "@/lib/api/pagination";

const server = await startTestPostgres();
try {
  const c = new pg.Client({ connectionString: `${server.url}/postgres` });
  await c.connect();
  await c.query("CREATE DATABASE perf");
  const url = `${server.url}/perf`;
  await migrate(url, path.resolve("prisma/migrations"));
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 4 }), log: [{ emit: "event", level: "query" }] });
  const p = new pg.Client({ connectionString: url });
  await p.connect();
  const idOf = (pre: string, n: string) => `'${pre}_' || lpad(${n}::text, 26, '0')`;
  await p.query(`INSERT INTO teams(id,name,path) SELECT ${idOf("team", "g")}, 'team '||g, ARRAY[${idOf("team", "g")}] FROM generate_series(1,200) g`);
  await p.query(`INSERT INTO users(id,email) SELECT ${idOf("usr", "g")}, 'user'||g||'@example.com' FROM generate_series(1,20000) g`);
  await p.query(`INSERT INTO keys(id,type,name,user_id,team_id,parent_key_id,scopes,allowed_models,blocked_models,prefix,last_four,created_by,tags,created_at,revoked_at,blocked_at,expires_at)
   SELECT ${idOf("key", "g")}, (ARRAY['user','user','user','virtual','team'])[1 + g % 5], md5(g::text) || (ARRAY[' billing bot',' notebook',' ci runner',' chat assistant'])[1+ (g*7)%4] || (CASE WHEN g % 997 = 0 THEN ' unicorn' ELSE '' END),
    ${idOf("usr", "(1+g%20000)")}, ${idOf("team", "(1+g%200)")}, CASE WHEN g % 10 = 0 THEN ${idOf("key", "(g-9)")} END, '{}','{}','{}','sk-user-', right(md5((g*3)::text),4),'t', ARRAY['tag'||(g%1000)], now() - make_interval(mins => 200000-g),
    CASE WHEN g % 50 = 0 THEN now() END, CASE WHEN g % 1000 = 3 THEN now() END, CASE WHEN g % 300 = 7 THEN now() - interval '1 day' WHEN g%3=0 THEN now() + interval '30 days' END
   FROM generate_series(1,100000) g`);
  await p.query("INSERT INTO key_uses(key_id,last_used_at) SELECT id, now() FROM keys WHERE random()<0.5");
  await p.query("ANALYZE");
  const ctx = systemContext(db, "perf");
  let captured: { query: string; params: string; duration: number }[] = [];
  db.$on("query", (e) => captured.push(e));
  const cases: Record<string, string>[] = process.env.DEEP ? [] : [
    {}, { sort: "name" }, { sort: "-name" }, { sort: "created_at" },
    { q: "unicorn", sort: "name" }, { q: "billing", sort: "name" }, { q: "bi", sort: "name" }, { q: "zz", sort: "name" }, { q: "nothing at all", sort: "-created_at" },
    { q: "a1b2", sort: "name" }, { q: "key_0000000000000000000004", sort: "name" }, { q: "notebook", status: "expired", sort: "name" },
    { status: "active", sort: "name" }, { status: "revoked", sort: "name" }, { status: "blocked", sort: "-created_at" }, { status: "expired", sort: "name" },
    { tag: "tag77", sort: "name" }, { type: "team", sort: "name" }, { type: "admin", sort: "name" }, { user_id: "usr_00000000000000000000000077", sort: "name" }, { team_id: "team_00000000000000000000000007", q: "bot", sort: "name" },
  ];
  for (const q of cases) {
    const query = listKeysQuery.parse(q);
    const times: number[] = [];
    for (let i = 0; i < 40; i++) {
      captured = [];
      const t = performance.now();
      await listKeys(ctx, query);
      times.push(performance.now() - t);
    }
    times.sort((a, b) => a - b);
    const main = captured[0];
    console.log(JSON.stringify(q), "p50", times[20]?.toFixed(1), "p95", times[37]?.toFixed(1));
    if (process.env.SHOW) {
      if (process.env.SHOW === "sql") console.log(main?.query, main?.params);
      const params = JSON.parse(main?.params.replace(/'/g, '"') ?? "[]");
      const plan = await p.query(`EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ${main?.query}`, params).catch((e) => ({ rows: [{ "QUERY PLAN": String(e) }] }));
      console.log(plan.rows.map((r) => "    " + r["QUERY PLAN"]).join("\n"));
    }
  }
  // deep page
  let cursor: string | null = null; let n = 0; let worst = 0;
  for (;;) {
    const t = performance.now();
    const page = await listKeys(ctx, listKeysQuery.parse({ sort: "name", limit: "200", ...(cursor ? { cursor } : {}) }));
    worst = Math.max(worst, n > 5 ? performance.now() - t : 0);
    cursor = page.next_cursor; n++;
    if (n === 400) { captured = []; await listKeys(ctx, listKeysQuery.parse({ sort: "name", limit: "50", cursor })); const plan = await p.query(`EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ${captured[0]?.query}`, JSON.parse(captured[0]?.params ?? "[]")).catch((e) => ({ rows: [{ "QUERY PLAN": String(e) }] })); console.log(captured[0]?.query, plan.rows.map((r) => "    " + r["QUERY PLAN"]).join("\n")); }
    if (!cursor) break;
  }
  console.log("pages", n, "slowest page", worst.toFixed(1));
  await p.end(); await c.end(); await db.$disconnect();
} finally {
  await server.stop();
}
