/**
 * Writes what the meter counted: usage events, the rollups made of them, and the last use of each key. The ledger calls this
 * inside the transaction that settles a batch of calls; nothing else writes these tables.
 *
 * It is one statement, because the gateway's event loop is dearer than the database's time: against a statement per table with sums
 * made here, it takes a third of this side's work and half of the time of a lone call. A parameter holds a column of all events:
 * reading one JSON document of them cost the database more than all that it then wrote.
 */
import type pg from "pg";
import { arrayLiteral } from "@/lib/db/array-literal";
import { bucketSql } from "@/lib/histogram";
import { failedStatuses } from "@/lib/usage/schema";
import type { UsageEventRow } from "./event";

const eventColumns = {
  id: "text",
  request_id: "text",
  started_at: "timestamptz",
  finished_at: "timestamptz",
  key_id: "text",
  user_id: "text",
  team_id: "text",
  team_path: "text[]",
  endpoint: "text",
  model: "text",
  model_id: "text",
  provider: "text",
  provider_id: "text",
  credential_id: "text",
  is_stream: "boolean",
  status: "text",
  http_status: "int",
  error_code: "text",
  prompt_tokens: "int",
  cached_tokens: "int",
  cache_write_tokens: "int",
  completion_tokens: "int",
  reasoning_tokens: "int",
  estimate_nano: "bigint",
  cost_nano: "bigint",
  price_id: "text",
  cost_source: "text",
  latency_ms: "int",
  first_token_ms: "int",
  attempts: "int",
  tags: "text[]",
  client: "text",
  budget_ids: "text[]",
  period_starts: "timestamptz[]",
} as const satisfies Record<Exclude<keyof UsageEventRow, "trace">, string>;

const eventNames = Object.keys(eventColumns).join(", ");
const columns = Object.entries(eventColumns) as [keyof typeof eventColumns, string][];
const isList = (type: string) => type.endsWith("[]");
const typedColumns = columns.map(([name, type]) => (isList(type) ? `${name}::${type}` : name)).join(", ");
// Lists come as texts, for unnest would take their elements too.
const parameters = columns.map(([, type], index) => `$${index + 1}::${isList(type) ? "text" : type}[]`).join(", ");

const figures = {
  requests: "count(*)",
  errors: `count(*) FILTER (WHERE status IN (${failedStatuses.map((status) => `'${status}'`).join(", ")}))`,
  prompt_tokens: "sum(prompt_tokens)",
  cached_tokens: "sum(cached_tokens)",
  cache_write_tokens: "sum(cache_write_tokens)",
  completion_tokens: "sum(completion_tokens)",
  reasoning_tokens: "sum(reasoning_tokens)",
  cost_nano: "sum(cost_nano)",
};

const hour = "date_trunc('hour', started_at, 'UTC')";
const day = "(started_at AT TIME ZONE 'UTC')::date";
const month = "date_trunc('month', started_at AT TIME ZONE 'UTC')::date";
const team = "array_to_string(team_path, '/')";

// Whatever the database's collation, every process sorts alike, and cheaply.
const sorted = (expression: string): string => `${expression} COLLATE "C"`;

interface Sums {
  table: string;
  /** The column of the hour, day or month, and how an event gives it. */
  time: readonly [column: string, expression: string];
  /** The other columns of the primary key, likewise. */
  keys: Record<string, string>;
  /** The figures that the table has; absent: all of them. */
  sums?: Partial<typeof figures>;
  /** Events, or events multiplied. */
  from?: string;
}

// True, once `previous` has run. A condition without columns is looked at before the first row is, and so even where there are none.
const after = (previous: string) => `(SELECT count(*) FROM ${previous}) >= 0`;

/**
 * One table's part of the statement. Its rows are taken in the order of the primary key and after those of `previous`, so that
 * processes which flush at the same time wait for each other in line instead of in a circle.
 */
function upsertSums(previous: string, { table, time, keys, sums = figures, from = "rows" }: Sums): string {
  const names = [time[0], ...Object.keys(keys)];
  const expressions = Object.values(keys);
  const grouped = [time[1], ...expressions].join(", ");
  return `INSERT INTO ${table} AS r (${[...names, ...Object.keys(sums)].join(", ")})
    SELECT ${[grouped, ...Object.values(sums)].join(", ")}
    FROM ${from} WHERE ${after(previous)}
    GROUP BY ${grouped} ORDER BY ${[time[1], ...expressions.map(sorted)].join(", ")}
    ON CONFLICT (${names.join(", ")}) DO UPDATE SET ${Object.keys(sums)
      .map((name) => `${name} = r.${name} + EXCLUDED.${name}`)
      .join(", ")}
    RETURNING 1`;
}

const byHour = ["hour", hour] as const;
const byDay = ["day", day] as const;
const byMonth = ["month", month] as const;
const teamKeys = { team_path: team, model_id: "model_id" };
const owner = { key_id: "COALESCE(key_id, '')", user_id: "COALESCE(user_id, '')" };
const ownerKeys = { ...owner, ...teamKeys };
const ownerMonthKeys = { ...owner, team_path: team };
const userKeys = { user_id: owner.user_id, team_path: team };
// What lists show and sort by; they know no models.
const monthSums = { requests: figures.requests, cost_nano: figures.cost_nano };
const tagKeys = { tag: "COALESCE(tag, '')", ...teamKeys };
const perTag = "rows LEFT JOIN LATERAL unnest(tags) AS tag ON true";

// An upsert locks what it finds even where it changes nothing, and every flush would wait for every other at these few rows.
const knownModel = `SELECT FROM usage_models k WHERE k.model_id = rows.model_id
      AND k.model = rows.model AND k.provider_id = rows.provider_id AND k.provider = rows.provider`;

const recordText = `WITH rows AS MATERIALIZED (
    SELECT ${typedColumns}, trace
    FROM ROWS FROM (unnest(${parameters}), json_array_elements($${columns.length + 1}::json)) AS e(${eventNames}, trace)
  ), events AS (
    INSERT INTO usage_events (${eventNames}) SELECT ${eventNames} FROM rows RETURNING 1
  ), traces AS (
    INSERT INTO usage_traces (event_id, trace) SELECT id, trace FROM rows WHERE json_typeof(trace) <> 'null' RETURNING 1
  ), uses AS (
    INSERT INTO key_uses AS u (key_id, last_used_at, client)
    SELECT DISTINCT ON (${sorted("key_id")}) key_id, finished_at, client
    FROM rows WHERE key_id IS NOT NULL AND ${after("events")} ORDER BY ${sorted("key_id")}, finished_at DESC
    ON CONFLICT (key_id) DO UPDATE SET last_used_at = EXCLUDED.last_used_at, client = EXCLUDED.client
    WHERE u.last_used_at < EXCLUDED.last_used_at
    RETURNING 1
  ), models AS (
    INSERT INTO usage_models (model_id, model, provider_id, provider)
    SELECT DISTINCT ON (${sorted("model_id")}) model_id, model, provider_id, provider
    FROM rows WHERE NOT EXISTS (${knownModel}) AND ${after("uses")}
    ORDER BY ${sorted("model_id")}, started_at DESC
    ON CONFLICT (model_id) DO UPDATE
    SET model = EXCLUDED.model, provider_id = EXCLUDED.provider_id, provider = EXCLUDED.provider
    RETURNING 1
  ), owners AS (
    ${upsertSums("models", { table: "usage_daily", time: byDay, keys: ownerKeys })}
  ), users AS (
    ${upsertSums("owners", { table: "usage_user_daily", time: byDay, keys: userKeys })}
  ), owners_by_month AS (
    ${upsertSums("users", { table: "usage_monthly", time: byMonth, keys: ownerMonthKeys, sums: monthSums })}
  ), tags_by_day AS (
    ${upsertSums("owners_by_month", { table: "usage_tag_daily", time: byDay, keys: tagKeys, from: perTag })}
  ), teams_by_day AS (
    ${upsertSums("tags_by_day", { table: "usage_team_daily", time: byDay, keys: teamKeys })}
  ), teams_by_hour AS (
    ${upsertSums("teams_by_day", { table: "usage_hourly", time: byHour, keys: teamKeys })}
  )
  INSERT INTO usage_latency AS l (hour, model_id, metric, bucket, count)
  SELECT ${hour}, model_id, metric, ${bucketSql("ms")}, count(*)
  FROM rows, LATERAL (VALUES ('latency', latency_ms), ('first_token', first_token_ms)) AS duration(metric, ms)
  WHERE status = 'ok' AND ms IS NOT NULL AND ${after("teams_by_hour")}
  GROUP BY 1, 2, 3, 4 ORDER BY 1, ${sorted("model_id")}, ${sorted("metric")}, 4
  ON CONFLICT (hour, model_id, metric, bucket) DO UPDATE SET count = l.count + EXCLUDED.count`;

/**
 * Appends events with their traces, at best a few hundred at a time, and adds them to every rollup: sums by hour and team, by day and
 * team, tag, person or owner, latency histograms, the names of models, the last use of keys. All or nothing; rejects with a unique violation
 * (23505) where an event is there already. A tag that an event names twice is kept once. The rollup rows stay locked until the transaction ends: call it late.
 */
export async function recordUsage(
  client: Pick<pg.ClientBase, "query">,
  events: readonly UsageEventRow[],
): Promise<void> {
  if (events.length === 0) return;
  const values = columns.map(([name]) =>
    arrayLiteral(events.map((event) => (name === "tags" ? [...new Set(event.tags)] : event[name]))),
  );
  // Beside the columns, since all the quotes of a JSON text would have to be escaped in an array.
  values.push(JSON.stringify(events.map(({ trace }) => trace)));
  await client.query({ name: "record-usage", text: recordText, values });
}
