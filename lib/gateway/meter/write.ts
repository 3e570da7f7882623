/**
 * Writes what the meter counted: usage events, the rollups made of them, and the last use of each key. The ledger calls this
 * inside the transaction that settles a batch of calls; nothing else writes these tables.
 *
 * Raw SQL, one statement per table and batch. Rollup rows are upserted in the order of their primary keys, so that processes
 * which flush at the same time wait for each other in line instead of in a circle. Call addToRollups last: the rows of the
 * current hour are the busiest there are, and stay locked until the transaction ends.
 */
import type pg from "pg";
import { hasFailed } from "@/lib/usage/schema";
import type { UsageEventRow } from "./event";
import { bucketOf } from "./histogram";

/** A client inside a transaction, or a pool where each statement may stand alone. */
export type Queryable = Pick<pg.ClientBase, "query">;

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
} as const satisfies Record<keyof UsageEventRow, string>;

const eventNames = Object.keys(eventColumns).join(", ");

// unnest cannot make rows that hold arrays of different lengths, JSON can; and one parameter costs this side half of 34.
const insertEventsText = `INSERT INTO usage_events (${eventNames}) SELECT ${eventNames} FROM json_to_recordset($1::json) AS e(${Object.entries(
  eventColumns,
)
  .map(([name, type]) => `${name} ${type}`)
  .join(", ")})`;

/** Appends events, at best a few hundred at a time. Rejects with a unique violation where one of them is there already. */
export async function insertEvents(client: Queryable, rows: readonly UsageEventRow[]): Promise<void> {
  if (rows.length === 0) return;
  // JSON has no bigint; the amounts travel as text, so that none passes through a floating-point number.
  const plain = rows.map((row) => ({
    ...row,
    estimate_nano: row.estimate_nano.toString(),
    cost_nano: row.cost_nano.toString(),
  }));
  await client.query({ name: "insert-usage-events", text: insertEventsText, values: [JSON.stringify(plain)] });
}

const figureNames = [
  "requests",
  "errors",
  "prompt_tokens",
  "cached_tokens",
  "cache_write_tokens",
  "completion_tokens",
  "reasoning_tokens",
  "cost_nano",
] as const;
type Figures = Record<(typeof figureNames)[number], bigint>;

interface RollupTable {
  name: string;
  /** The primary key: column, type, and how an event gives its value. */
  key: readonly (readonly [column: string, type: string, read: (row: UsageEventRow) => string])[];
}

const hourOf = (row: UsageEventRow): string => `${row.started_at.toISOString().slice(0, 13)}:00:00Z`;
const dayOf = (row: UsageEventRow): string => row.started_at.toISOString().slice(0, 10);
const teamOf = ["team_path", "text", (row: UsageEventRow) => row.team_path.join("/")] as const;
const modelOf = ["model_id", "text", (row: UsageEventRow) => row.model_id] as const;

const rollupTables: readonly RollupTable[] = [
  { name: "usage_hourly", key: [["hour", "timestamptz", hourOf], teamOf, modelOf] },
  { name: "usage_team_daily", key: [["day", "date", dayOf], teamOf, modelOf] },
  {
    name: "usage_daily",
    key: [
      ["day", "date", dayOf],
      ["key_id", "text", (row) => row.key_id ?? ""],
      ["user_id", "text", (row) => row.user_id ?? ""],
      teamOf,
      modelOf,
    ],
  },
];

function figuresOf(row: UsageEventRow): Figures {
  return {
    requests: 1n,
    errors: hasFailed(row.status) ? 1n : 0n,
    prompt_tokens: BigInt(row.prompt_tokens),
    cached_tokens: BigInt(row.cached_tokens),
    cache_write_tokens: BigInt(row.cache_write_tokens),
    completion_tokens: BigInt(row.completion_tokens),
    reasoning_tokens: BigInt(row.reasoning_tokens),
    cost_nano: row.cost_nano,
  };
}

function addFigures(sum: Figures, more: Figures): void {
  for (const name of figureNames) sum[name] += more[name];
}

// A byte that stands in no id sorts before all that do, so joined keys sort as their parts would.
const separator = "\u0001";

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Sums per primary key, in the order of the keys. */
function aggregate(table: RollupTable, rows: readonly UsageEventRow[]): [string[], Figures][] {
  const sums = new Map<string, Figures>();
  for (const row of rows) {
    const key = table.key.map(([, , read]) => read(row)).join(separator);
    const sum = sums.get(key);
    if (sum) addFigures(sum, figuresOf(row));
    else sums.set(key, figuresOf(row));
  }
  return [...sums].sort(byKey).map(([key, sum]) => [key.split(separator), sum]);
}

function upsertText({ name, key }: RollupTable): string {
  const keyNames = key.map(([column]) => column);
  const parameters = [...key.map(([, type]) => type), ...figureNames.map(() => "bigint")];
  return `INSERT INTO ${name} AS r (${[...keyNames, ...figureNames].join(", ")})
    SELECT * FROM unnest(${parameters.map((type, index) => `$${index + 1}::${type}[]`).join(", ")})
    ON CONFLICT (${keyNames.join(", ")})
    DO UPDATE SET ${figureNames.map((column) => `${column} = r.${column} + EXCLUDED.${column}`).join(", ")}`;
}

const upserts = rollupTables.map((table) => ({ table, name: `upsert-${table.name}`, text: upsertText(table) }));

async function addToSums(client: Queryable, rows: readonly UsageEventRow[]): Promise<void> {
  for (const { table, name, text } of upserts) {
    const sums = aggregate(table, rows);
    const values = [
      ...table.key.map((_column, index) => sums.map(([key]) => key[index])),
      ...figureNames.map((column) => sums.map(([, figures]) => figures[column].toString())),
    ];
    await client.query({ name, text, values });
  }
}

const upsertModelsText = `INSERT INTO usage_models AS m (model_id, model, provider_id, provider)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
  ON CONFLICT (model_id) DO UPDATE SET model = EXCLUDED.model, provider_id = EXCLUDED.provider_id, provider = EXCLUDED.provider
  WHERE (m.model, m.provider_id, m.provider) IS DISTINCT FROM (EXCLUDED.model, EXCLUDED.provider_id, EXCLUDED.provider)`;

async function noteModels(client: Queryable, rows: readonly UsageEventRow[]): Promise<void> {
  const byId = new Map(rows.map((row) => [row.model_id, row]));
  const models = [...byId].sort(byKey).map(([, row]) => row);
  await client.query({
    name: "upsert-usage-models",
    text: upsertModelsText,
    values: [
      models.map((row) => row.model_id),
      models.map((row) => row.model),
      models.map((row) => row.provider_id),
      models.map((row) => row.provider),
    ],
  });
}

const upsertLatencyText = `INSERT INTO usage_latency AS l (hour, model_id, metric, bucket, count)
  SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::smallint[], $5::bigint[])
  ON CONFLICT (hour, model_id, metric, bucket) DO UPDATE SET count = l.count + EXCLUDED.count`;

function durationsOf(row: UsageEventRow): [metric: string, ms: number][] {
  if (row.status !== "ok") return [];
  const total: [string, number] = ["latency", row.latency_ms];
  return row.first_token_ms === null ? [total] : [total, ["first_token", row.first_token_ms]];
}

async function addToLatency(client: Queryable, rows: readonly UsageEventRow[]): Promise<void> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const [metric, ms] of durationsOf(row)) {
      const key = [hourOf(row), row.model_id, metric, String(bucketOf(ms)).padStart(3, "0")].join(separator);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  if (counts.size === 0) return;
  const sums = [...counts].sort(byKey).map(([key, count]) => [...key.split(separator), count] as const);
  const values = [0, 1, 2, 3, 4].map((index) => sums.map((sum) => sum[index]));
  await client.query({ name: "upsert-usage-latency", text: upsertLatencyText, values });
}

/**
 * Adds events to every rollup: sums by hour and team, by day and team, by day and owner, latency histograms, and the names of
 * the models. Exactly once per event is the caller's duty: same transaction as insertEvents.
 */
export async function addToRollups(client: Queryable, rows: readonly UsageEventRow[]): Promise<void> {
  if (rows.length === 0) return;
  await noteModels(client, rows);
  await addToSums(client, rows);
  await addToLatency(client, rows);
}

const upsertKeyUsesText = `INSERT INTO key_uses AS u (key_id, last_used_at, client)
  SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[])
  ON CONFLICT (key_id) DO UPDATE SET last_used_at = EXCLUDED.last_used_at, client = EXCLUDED.client
  WHERE u.last_used_at < EXCLUDED.last_used_at`;

/** Keeps the last use of each key: when its call finished, and by which client. An older use never replaces a newer one. */
export async function noteKeyUses(client: Queryable, rows: readonly UsageEventRow[]): Promise<void> {
  const last = new Map<string, UsageEventRow>();
  for (const row of rows) {
    if (row.key_id === null) continue;
    const known = last.get(row.key_id);
    if (!known || known.finished_at < row.finished_at) last.set(row.key_id, row);
  }
  if (last.size === 0) return;
  const uses = [...last].sort(byKey);
  await client.query({
    name: "upsert-key-uses",
    text: upsertKeyUsesText,
    values: [uses.map(([keyId]) => keyId), uses.map(([, row]) => row.finished_at), uses.map(([, row]) => row.client)],
  });
}
