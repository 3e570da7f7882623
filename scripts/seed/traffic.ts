/**
 * Ninety days of calls by these keys, with the shape of working days, and every rollup that the gateway would have made of them. The
 * rows are made in the database: three million would take minutes to send. Only scripts/seed calls this.
 */
import type pg from "pg";
import { bucketSql } from "@/lib/histogram";
import { rebuildRollups, withoutIndexes } from "@/lib/testing/usage-seed";
import type { SeedKey } from "./keys";
import { dayMs, daysBefore, historyDays, insertRows, type Seed } from "./rows";
import { clients } from "./words";

/** Weights of the models that the organisation calls, by name; those that the catalogue does not have are passed over. */
const modelWeights: Record<string, number> = {
  "gpt-5-mini": 22,
  "gpt-5.4-mini": 12,
  "gpt-5.4": 8,
  "claude-sonnet-5": 14,
  "claude-haiku-4-5": 12,
  "claude-opus-5": 4,
  "gemini-3.6-flash": 8,
  "gpt-4o-mini": 7,
  "gpt-5": 5,
  "o4-mini": 3,
  "grok-4.5": 2,
  "text-embedding-3-small": 3,
};
const leastModels = 6;

interface ModelRow {
  id: string;
  name: string;
  kind: string;
  provider: string;
  provider_id: string;
  price_id: string;
  input_nano: bigint;
  cached_nano: bigint;
  output_nano: bigint;
  weight: number;
}

/** Providers, models and prices as old as if they had been there before the first call. */
async function backdateCatalogue({ pool, now }: Seed): Promise<void> {
  const { rows } = await pool.query<{ age: string }>(
    "SELECT GREATEST(interval '0', min(valid_from) - $1)::text AS age FROM model_prices",
    [daysBefore(now, historyDays + 30)],
  );
  const age = [rows[0]?.age ?? "0"];
  await pool.query("UPDATE model_prices SET valid_from = valid_from - $1::interval", age);
  for (const table of ["models", "providers"])
    await pool.query(
      `UPDATE ${table} SET created_at = created_at - $1::interval, updated_at = updated_at - $1::interval`,
      age,
    );
}

async function readModels(pool: pg.Pool): Promise<ModelRow[]> {
  const { rows } = await pool.query<ModelRow>(`
    SELECT DISTINCT ON (m.id) m.id, m.name, m.kind, p.name AS provider, p.id AS provider_id, x.id AS price_id,
      x.input_per_mtok_nano AS input_nano, COALESCE(x.cached_input_per_mtok_nano, x.input_per_mtok_nano) AS cached_nano,
      x.output_per_mtok_nano AS output_nano
    FROM models m JOIN providers p ON p.id = m.provider_id JOIN model_prices x ON x.model_id = m.id
    WHERE m.deleted_at IS NULL AND p.deleted_at IS NULL AND p.name <> 'simulator' ORDER BY m.id, x.valid_from DESC, x.id DESC`);
  const known = rows.filter((row) => row.name in modelWeights);
  const others = rows.filter((row) => !known.includes(row) && row.kind === "chat");
  const used = [...known, ...others.slice(0, Math.max(0, leastModels - known.length))];
  return used.map((row) => ({ ...row, weight: modelWeights[row.name] ?? 2 }));
}

/** How busy an hour is: people work by day, programs at all hours, and there is a little more of both every week. */
function busyness(at: Date): number {
  const hour = at.getUTCHours();
  const isWeekend = at.getUTCDay() % 6 === 0;
  const people = Math.exp(-((hour - 10) ** 2) / 10) + 0.8 * Math.exp(-((hour - 15) ** 2) / 12);
  return 0.25 + people * (isWeekend ? 0.18 : 1.6);
}

interface Hours {
  startMs: number;
  /** Where each hour's share of all calls ends, ascending to 1. */
  ends: number[];
}

function planHours({ now, dice }: Seed): Hours {
  const startMs = Math.floor((now.getTime() - historyDays * dayMs) / 3_600_000) * 3_600_000;
  const count = Math.ceil((now.getTime() - startMs) / 3_600_000);
  const weights = Array.from({ length: count }, (_, index) => {
    const growth = 0.7 + (0.6 * index) / count;
    const lastShare = index === count - 1 ? (now.getTime() - startMs) / 3_600_000 - (count - 1) : 1;
    return busyness(new Date(startMs + index * 3_600_000)) * growth * (0.85 + 0.3 * dice.share()) * lastShare;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  const ends = weights.map((weight) => {
    reached += weight / total;
    return reached;
  });
  return { startMs, ends: [...ends.slice(0, -1), 1] };
}

const crockford = "0123456789abcdefghjkmnpqrstvwxyz";
/** The time part of an id (lib/ids) in SQL. */
const idTime = Array.from(
  { length: 10 },
  (_, index) => `substr('${crockford}', (((ms >> ${45 - index * 5}) & 31) + 1)::int, 1)`,
).join(" || ");
const idTail = (salt: string) => `substr(md5(i::text || '${salt}' || ms::text), 1, 16)`;

// The calls come in the order of their time, as they are booked, so that they lie in that order on the disk.
// Each row is as the gateway writes it (lib/gateway/meter/event), but for credentials, of which the seed stores none.
// Every chance is drawn once per call, so that no two columns share one by accident. Sizes and durations are log-normal, as real ones are.
const eventsText = `
  WITH dice AS MATERIALIZED (
    SELECT i, (i + random()) / $9::float8 AS hour, random() AS minute, random() AS fate, random() AS size, random() AS turn, random() AS cache,
      random() AS pace, random() AS client, floor(power(random(), 3.2) * $6::int)::int AS kn, random() AS taste
    FROM generate_series($1::bigint, $2::bigint) AS i
  ), calls AS (
    SELECT i, kn, cache, pace, client,
      LEAST($7::timestamptz, timestamptz 'epoch' + ($3::float8 + (width_bucket(hour, $4::float8[]) + minute) * 3600000) * interval '1 millisecond') AS at,
      CASE WHEN fate < 0.965 THEN 'ok' WHEN fate < 0.987 THEN 'error' WHEN fate < 0.999 THEN 'aborted' ELSE 'unknown' END AS status,
      LEAST(180000, exp(8.0 + 1.2 * sqrt(-2 * ln(1 - size)) * cos(6.2832 * turn)))::int + 8 AS asked,
      LEAST(8000, exp(5.7 + 0.9 * sqrt(-2 * ln(1 - size)) * sin(6.2832 * turn)))::int + 1 AS said,
      -- Half of what a key calls is its own habit.
      width_bucket(taste * 0.5 + 0.5 * ((kn * 7919) % 1000) / 1000.0, $5::float8[]) AS mn
    FROM dice
  ), sized AS (
    SELECT c.*, m.*, k.id AS key_id, k.user_id, k.team_id, k.team_path, k.tags, floor(extract(epoch FROM at) * 1000)::bigint AS ms,
      m.kind = 'chat' AND pace < 0.45 AS is_stream, is_counted,
      CASE WHEN is_counted THEN asked ELSE 0 END AS prompt,
      CASE WHEN is_counted AND cache < 0.35 THEN floor(asked * cache * 2.2)::int ELSE 0 END AS cached,
      CASE WHEN is_counted AND m.kind = 'chat' THEN said ELSE 0 END AS completion,
      (input_nano * asked + CASE m.kind WHEN 'chat' THEN output_nano * (said * 4 + 1000) ELSE 0 END + 500000) / 1000000 AS estimate
    FROM calls c JOIN seed_models m ON m.n = c.mn JOIN seed_keys k ON k.n = c.kn, LATERAL (SELECT status IN ('ok', 'aborted')) AS s(is_counted)
  ), priced AS (
    SELECT *,
      CASE status WHEN 'unknown' THEN estimate
        ELSE (output_nano * completion + input_nano * (prompt - cached) + cached_nano * cached + 500000) / 1000000 END AS cost,
      -- One whose process died is booked when a sweeper finds it.
      CASE status WHEN 'unknown' THEN 10000 + pace * 5000 ELSE 250 + completion * (4 + pace * 9) + pace * 900 END::int AS latency
    FROM sized
  )
  INSERT INTO usage_events
  SELECT 'evt_' || ${idTime} || ${idTail("e")}, 'req_' || ${idTime} || ${idTail("r")},
    at, at + latency * interval '1 millisecond', key_id, user_id, team_id, team_path,
    CASE kind WHEN 'embedding' THEN 'embeddings' ELSE 'chat' END, model, model_id, provider, provider_id, NULL,
    is_stream, status, CASE status WHEN 'error' THEN 502 WHEN 'ok' THEN 200 END,
    CASE status WHEN 'error' THEN 'provider_error' WHEN 'unknown' THEN 'process_lost' END, prompt, cached, 0, completion, (completion * cache / 3)::int,
    estimate, cost, price_id, CASE WHEN status = 'unknown' THEN 'hold' WHEN status = 'aborted' AND is_stream THEN 'estimate' ELSE 'usage' END, latency,
    CASE WHEN is_stream AND is_counted THEN LEAST(latency, 150 + (pace * 900)::int) END,
    CASE status WHEN 'unknown' THEN 0 ELSE 1 + (client < 0.02)::int END, tags,
    ($8::text[])[1 + floor(client * cardinality($8::text[]))::int], '{}', '{}'
  FROM priced`;

const latencyText = `
  INSERT INTO usage_latency
  SELECT date_trunc('hour', started_at, 'UTC'), model_id, metric, ${bucketSql("ms")}, count(*)
  FROM usage_events, LATERAL (VALUES ('latency', latency_ms), ('first_token', first_token_ms)) AS duration(metric, ms)
  WHERE status = 'ok' AND ms IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1`;
const usesText = `
  INSERT INTO key_uses
  SELECT DISTINCT ON (key_id) key_id, finished_at, client FROM usage_events WHERE key_id IS NOT NULL
  ORDER BY key_id, started_at DESC`;

/** No call ends after now. */
const longestCallMs = 120_000;

const batch = 250_000;
/** The share of the live keys that anybody calls with. */
const usedShare = 0.55;

/** The tables that `eventsText` reads: who calls, the busiest first, and what they call. They last as long as the connection. */
async function writePools(client: pg.ClientBase, keys: readonly SeedKey[], models: readonly ModelRow[]): Promise<void> {
  await client.query(`
    CREATE TEMP TABLE seed_keys (n int PRIMARY KEY, id text, user_id text, team_id text, team_path text[], tags text[]);
    CREATE TEMP TABLE seed_models (n int PRIMARY KEY, model_id text, model text, kind text, provider text, provider_id text, price_id text,
      input_nano bigint, cached_nano bigint, output_nano bigint)`);
  await insertRows(
    client,
    "seed_keys",
    keys.map(({ id, user_id, team, tags }, n) => ({
      n,
      id,
      user_id,
      team_id: team?.id ?? null,
      team_path: team?.path ?? [],
      tags,
    })),
  );
  await insertRows(
    client,
    "seed_models",
    models.map(({ id, name, weight: _weight, ...fields }, index) => ({
      ...fields,
      n: index + 1,
      model_id: id,
      model: name,
    })),
  );
  await client.query(
    "ANALYZE seed_keys; ANALYZE seed_models; SET random_page_cost = 1.1; SET work_mem = '128MB'; SET jit = off",
  );
}

function lowerEnds(models: readonly ModelRow[]): number[] {
  const total = models.reduce((sum, model) => sum + model.weight, 0);
  let reached = 0;
  return models.map((model) => {
    const low = reached / total;
    reached += model.weight;
    return low;
  });
}

/** The calls, and all that is counted of them. Needs models with prices, which the catalogue has. */
export async function seedTraffic(seed: Seed, keys: readonly SeedKey[]): Promise<void> {
  const { pool, sizes, now } = seed;
  await backdateCatalogue(seed);
  const models = await readModels(pool);
  const live = keys.filter((key) => key.isLive && key.type !== "admin");
  const used = live.slice(0, Math.ceil(live.length * usedShare));
  if (models.length === 0 || used.length === 0)
    throw new Error("there are no models with prices, or no keys, to make calls with");
  const hours = planHours(seed);
  const names = clients.flatMap(([name, weight]) => Array.from({ length: weight }, () => name));
  const client = await pool.connect();
  try {
    await writePools(client, used, models);
    await withoutIndexes(client, async () => {
      for (let first = 0; first < sizes.events; first += batch) {
        const last = Math.min(first + batch, sizes.events) - 1;
        const values = [
          first,
          last,
          hours.startMs,
          hours.ends,
          lowerEnds(models),
          used.length,
          new Date(now.getTime() - longestCallMs),
          names,
          sizes.events,
        ];
        await client.query(eventsText, values);
      }
    });
    await rebuildRollups(client);
    await client.query(latencyText);
    await client.query(usesText);
  } finally {
    client.release(true);
  }
}
