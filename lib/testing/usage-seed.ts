/**
 * Usage to test and measure with: single events, random ones over a small world of keys, and millions at once. The events name
 * keys, teams and models by ids alone, which is all that usage_events asks for. Tests, demo and benchmarks only.
 */
import type pg from "pg";
import type { UsageEventRow } from "@/lib/gateway/meter/event";
import { newId } from "@/lib/ids";
import { callStatuses } from "@/lib/usage/schema";

/** Deterministic numbers in [0, 1) from a seed (Mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface UsageWorld {
  keys: { id: string | null; userId: string | null; teamPath: string[] }[];
  models: { id: string; name: string; providerId: string; provider: string }[];
  tags: string[];
}

/** An organisation with teams two levels below it; each key has a person, a team, both or, one in twenty, neither. */
export function makeWorld(size: { teams: number; users: number; keys: number; models: number }): UsageWorld {
  const ids = (kind: "team" | "user" | "provider", count: number) => Array.from({ length: count }, () => newId(kind));
  const root = newId("team");
  const teams = ids("team", size.teams);
  const paths = teams.map((team, index) =>
    index % 3 === 0 ? [root, team] : [root, teams[index - (index % 3)] ?? root, team],
  );
  const users = ids("user", size.users);
  const providers = ids("provider", 3);
  return {
    keys: Array.from({ length: size.keys }, (_, index) => ({
      id: index % 20 === 19 ? null : newId("key"),
      userId: index % 4 === 3 ? null : (users[index % users.length] ?? null),
      teamPath: index % 5 === 4 ? [] : (paths[index % paths.length] ?? []),
    })),
    models: Array.from({ length: size.models }, (_, index) => ({
      id: newId("model"),
      name: `model-${index % Math.max(1, size.models - 1)}`,
      providerId: providers[index % 3] ?? "",
      provider: `provider-${index % 3}`,
    })),
    tags: ["production", "staging", "batch", "eval"],
  };
}

/** A call that went well just now, except for what `fields` says. */
export function makeEvent(fields: Partial<UsageEventRow> = {}): UsageEventRow {
  const startedAt = fields.started_at ?? new Date();
  return {
    id: newId("event", startedAt.getTime()),
    request_id: newId("request", startedAt.getTime()),
    started_at: startedAt,
    finished_at: new Date(startedAt.getTime() + (fields.latency_ms ?? 800)),
    key_id: null,
    user_id: null,
    team_id: fields.team_path?.at(-1) ?? null,
    team_path: [],
    endpoint: "chat",
    model: "model-0",
    model_id: "model_0",
    provider: "provider-0",
    provider_id: "prov_0",
    credential_id: null,
    is_stream: false,
    status: "ok",
    http_status: 200,
    error_code: null,
    prompt_tokens: 100,
    cached_tokens: 0,
    cache_write_tokens: 0,
    completion_tokens: 20,
    reasoning_tokens: 0,
    estimate_nano: 1_000_000n,
    cost_nano: 123_456n,
    price_id: null,
    cost_source: "usage",
    latency_ms: 800,
    first_token_ms: null,
    attempts: 1,
    tags: [],
    client: null,
    budget_ids: [],
    period_starts: [],
    trace: null,
    ...fields,
  };
}

/** A call of one of the world's keys somewhere in [fromMs, toMs). */
export function randomEvent(random: () => number, world: UsageWorld, fromMs: number, toMs: number): UsageEventRow {
  const below = (limit: number) => Math.floor(random() * limit);
  const key = world.keys[below(world.keys.length)];
  const model = world.models[below(world.models.length)];
  const prompt = below(5_000);
  const cached = below(prompt + 1);
  const completion = below(2_000);
  return makeEvent({
    started_at: new Date(fromMs + below(toMs - fromMs)),
    key_id: key?.id ?? null,
    user_id: key?.userId ?? null,
    team_path: key?.teamPath ?? [],
    ...(model
      ? { model: model.name, model_id: model.id, provider: model.provider, provider_id: model.providerId }
      : {}),
    status: random() < 0.9 ? "ok" : (callStatuses[below(callStatuses.length)] ?? "ok"),
    prompt_tokens: prompt,
    cached_tokens: cached,
    cache_write_tokens: below(prompt - cached + 1),
    completion_tokens: completion,
    reasoning_tokens: below(completion + 1),
    // Amounts beyond what a double holds exactly, so that a sum that passes through one is found out.
    cost_nano: BigInt(below(2 ** 31)) * BigInt(1 + below(2 ** 16)) + 1n,
    latency_ms: 1 + below(30_000),
    first_token_ms: random() < 0.5 ? 1 + below(1_000) : null,
    tags: world.tags.filter(() => random() < 0.3),
  });
}

const bulkText = `INSERT INTO usage_events SELECT
    'evt_' || lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || lpad(to_hex(i), 14, '0'),
    'req_' || i, at, at + latency * interval '1 millisecond', k->>'id', k->>'userId', k->'teamPath'->>-1,
    ARRAY(SELECT jsonb_array_elements_text(k->'teamPath')), 'chat', m->>'name', m->>'id', m->>'provider',
    m->>'providerId', NULL, i % 2 = 0, CASE WHEN i % 50 = 0 THEN 'error' WHEN i % 97 = 0 THEN 'aborted' ELSE 'ok' END,
    200, NULL, 200 + i % 3000, i % 200, 0, i % 900, i % 70, 5000000, 100000 + i % 900000, NULL, 'usage', latency, latency / 3, 1,
    CASE i % 4 WHEN 0 THEN ARRAY[$3::text[]]::text[] WHEN 1 THEN '{}' ELSE ARRAY[($3::text[])[1 + i % cardinality($3::text[])]] END,
    'openai-python', '{}', '{}'
  FROM (
    SELECT i, $4::timestamptz + i * $5::float8 * interval '1 millisecond' AS at, (50 + random() * random() * 4000)::int AS latency,
      ($1::jsonb[])[1 + floor(random() * random() * cardinality($1::jsonb[]))::int] AS k,
      ($2::jsonb[])[1 + floor(random() * cardinality($2::jsonb[]))::int] AS m
    FROM generate_series($6::bigint, $7::bigint) AS i
  ) AS e`;

const sums = `count(*), count(*) FILTER (WHERE status IN ('error', 'unknown')), sum(prompt_tokens), sum(cached_tokens),
  sum(cache_write_tokens), sum(completion_tokens), sum(reasoning_tokens), sum(cost_nano)`;
const path = "array_to_string(team_path, '/')";
const day = "date_trunc('day', started_at, 'UTC')::date";
const rebuildTexts = [
  "INSERT INTO usage_models SELECT DISTINCT ON (model_id) model_id, model, provider_id, provider FROM usage_events",
  `INSERT INTO usage_hourly SELECT date_trunc('hour', started_at, 'UTC'), ${path}, model_id, ${sums} FROM usage_events GROUP BY 1, 2, 3 ORDER BY 1`,
  `INSERT INTO usage_team_daily SELECT ${day}, ${path}, model_id, ${sums} FROM usage_events GROUP BY 1, 2, 3 ORDER BY 1`,
  `INSERT INTO usage_tag_daily SELECT ${day}, COALESCE(tag, ''), ${path}, model_id, ${sums}
   FROM usage_events LEFT JOIN LATERAL unnest(tags) AS tag ON true GROUP BY 1, 2, 3, 4 ORDER BY 1`,
  `INSERT INTO usage_daily SELECT ${day}, COALESCE(key_id, ''), COALESCE(user_id, ''), ${path}, model_id, ${sums}
   FROM usage_events GROUP BY 1, 2, 3, 4, 5 ORDER BY 1`,
  `INSERT INTO usage_user_daily SELECT day, user_id, team_path, sum(requests), sum(errors), sum(prompt_tokens), sum(cached_tokens),
   sum(cache_write_tokens), sum(completion_tokens), sum(reasoning_tokens), sum(cost_nano) FROM usage_daily GROUP BY 1, 2, 3 ORDER BY 1`,
  `INSERT INTO usage_monthly SELECT date_trunc('month', day)::date, key_id, user_id, team_path, sum(requests), sum(cost_nano)
   FROM usage_daily GROUP BY 1, 2, 3, 4 ORDER BY 1`,
];

type Queryable = Pick<pg.ClientBase, "query">;

/** Runs `work` without the indexes of usage_events: made at the end they cost a fraction of what keeping them up to date does. */
export async function withoutIndexes(client: Queryable, work: () => Promise<void>): Promise<void> {
  const { rows: indexes } = await client.query<{ name: string; text: string }>(
    `SELECT indexname AS name, indexdef AS text FROM pg_indexes
     WHERE tablename = 'usage_events' AND schemaname = current_schema() AND indexname <> 'usage_events_pkey'`,
  );
  for (const { name } of indexes) await client.query(`DROP INDEX "${name}"`);
  await work();
  for (const { text } of indexes) await client.query(text);
}

/** Makes the rollups that the gateway would have made of all events (without latency histograms); they have to be empty. */
export async function rebuildRollups(client: Queryable): Promise<void> {
  for (const text of rebuildTexts) await client.query(text);
}

/**
 * Fills empty usage tables with `count` events spread evenly over the `days` before `until`, busy keys much busier than others,
 * and their rollups.
 */
export async function seedUsage(
  pool: pg.Pool,
  world: UsageWorld,
  { count, days, until = new Date() }: { count: number; days: number; until?: Date },
): Promise<void> {
  const spanMs = days * 86_400_000;
  const batch = 250_000;
  const from = new Date(until.getTime() - spanMs);
  await withoutIndexes(pool, async () => {
    for (let first = 0; first < count; first += batch) {
      const last = Math.min(first + batch, count) - 1;
      await pool.query(bulkText, [world.keys, world.models, world.tags, from, spanMs / count, first, last]);
    }
  });
  await rebuildRollups(pool);
  await pool.query("VACUUM ANALYZE");
}
