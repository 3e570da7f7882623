/**
 * Usage reports over many events: what the console's pages ask, through the service, on PostgreSQL as the product embeds it.
 *
 * Method: `EVENTS` (1,000,000) events of 1,000 keys, 500 people, 51 teams and 8 models, evenly over `DAYS` (90), and the rollups that
 * the gateway would have made. Each report is asked `ROUNDS` (30) times, one at a time, with ranges that move by a random amount so that
 * no answer is repeated; the first three rounds only warm the caches. `plain` is the same sum over the events alone, for
 * comparison. Run: npx tsx bench/usage.ts
 */
import { systemContext } from "@/lib/context";
import { getDb } from "@/lib/db/client";
import { getPool } from "@/lib/db/pool";
import { makeWorld, seededRandom, seedUsage } from "@/lib/testing/usage-seed";
import { listEvents } from "@/lib/usage/events";
import { listEventsQuery, summaryQuery } from "@/lib/usage/schema";
import { summarize } from "@/lib/usage/service";
import { openBench } from "./setup";

const count = Number(process.env.EVENTS ?? 1_000_000);
const days = Number(process.env.DAYS ?? 90);
const rounds = Number(process.env.ROUNDS ?? 30);
const dayMs = 86_400_000;

const bench = await openBench();
const world = makeWorld({ teams: 50, users: 500, keys: 1_000, models: 8 });
const until = new Date();
const seedStart = performance.now();
await seedUsage(getPool(), world, { count, days, until });
console.log(`${count} events in ${Math.round((performance.now() - seedStart) / 1000)} s`);

const ctx = systemContext(getDb(), "bench");
const random = seededRandom(1);
const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
const iso = (ms: number) => new Date(ms).toISOString();

/** A range of `length` days whose ends are where people's clocks happen to stand. */
function anyRange(length: number): { from: string; to: string } {
  const to = until.getTime() - random() * (days - length) * dayMs;
  return { from: iso(to - length * dayMs), to: iso(to) };
}

const someKey = () => ({ key_id: pick(world.keys.flatMap((key) => key.id ?? [])) });
const someUser = () => ({ user_id: pick(world.keys.flatMap((key) => key.userId ?? [])) });
const someTeam = () => ({ team_id: pick(world.keys.flatMap((key) => key.teamPath)) });
const summary = (query: () => object) => () => summarize(ctx, summaryQuery.parse(query()));
const events = (query: () => object) => () => listEvents(ctx, listEventsQuery.parse(query()));

const reports: Record<string, () => Promise<unknown>> = {
  "default: 30 days by day": summary(() => ({})),
  "24 hours by hour": summary(() => ({ ...anyRange(1), interval: "hour" })),
  "7 days by hour": summary(() => ({ ...anyRange(7), interval: "hour" })),
  "30 days by day and model": summary(() => ({ ...anyRange(30), group_by: "model" })),
  "30 days by day and team": summary(() => ({ ...anyRange(30), group_by: "team" })),
  "30 days by provider, total": summary(() => ({ ...anyRange(30), group_by: "provider", interval: "total" })),
  "30 days by key, total": summary(() => ({ ...anyRange(30), group_by: "key", interval: "total" })),
  "30 days by user, total, whole days": summary(() => ({ group_by: "user", interval: "total" })),
  "90 days by month and model": summary(() => ({ ...anyRange(days), group_by: "model", interval: "month" })),
  "30 days of a key": summary(() => ({ ...anyRange(30), ...someKey() })),
  "30 days of a person by model": summary(() => ({ ...anyRange(30), ...someUser(), group_by: "model" })),
  "30 days of a team and below": summary(() => ({ ...anyRange(30), ...someTeam() })),
  "30 days by day in Tokyo": summary(() => ({ ...anyRange(30), timezone: "Asia/Tokyo" })),
  "30 days of a tag": summary(() => ({ ...anyRange(30), tag: pick(world.tags) })),
  "1 day by tag": summary(() => ({ ...anyRange(1), group_by: "tag", interval: "total" })),
  "events: newest": events(() => ({})),
  "events: of a key": events(someKey),
  "events: of a team": events(someTeam),
  "events: errors": events(() => ({ status: "error" })),
  "events: of a model": events(() => ({ model: pick(world.models)?.id })),
  "plain sum of 30 days by day": () => {
    const { from, to } = anyRange(30);
    const text = `SELECT date_trunc('day', started_at), count(*), sum(prompt_tokens), sum(completion_tokens), sum(cost_nano)
      FROM usage_events WHERE started_at >= $1 AND started_at < $2 GROUP BY 1`;
    return getPool().query(text, [from, to]);
  },
};

function quantile(sorted: readonly number[], p: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN).toFixed(1);
}

const rows: Record<string, { "p50 ms": string; "p95 ms": string }> = {};
for (const [name, ask] of Object.entries(reports)) {
  const taken: number[] = [];
  for (let round = -3; round < rounds; round++) {
    const startedAt = performance.now();
    await ask();
    if (round >= 0) taken.push(performance.now() - startedAt);
  }
  taken.sort((a, b) => a - b);
  rows[name] = { "p50 ms": quantile(taken, 0.5), "p95 ms": quantile(taken, 0.95) };
}
console.table(rows);
await getPool().end();
await getDb().$disconnect();
await bench.close();
