/** The books: what must hold in any database at rest, to the unit. Tests only. */
import type pg from "pg";

export interface BookProblems {
  [check: string]: unknown[];
}

export interface AuditOptions {
  /**
   * Whether what an account has spent must be all that its scope used in the period (the default). Not so where a call was in
   * flight while the budget was made: it is charged to the budgets that stood when it was admitted.
   */
  scopes?: boolean;
}

const figures = {
  requests: "count(*)",
  errors: "count(*) FILTER (WHERE status IN ('error', 'unknown'))",
  prompt_tokens: "sum(prompt_tokens)",
  cached_tokens: "sum(cached_tokens)",
  cache_write_tokens: "sum(cache_write_tokens)",
  completion_tokens: "sum(completion_tokens)",
  reasoning_tokens: "sum(reasoning_tokens)",
  cost_nano: "sum(cost_nano)",
};
const path = { team_path: "array_to_string(team_path, '/')", model_id: "model_id" };
const day = { day: "(started_at AT TIME ZONE 'UTC')::date" };

/** The rows in which a rollup differs from what the events add up to. */
function rollupCheck(table: string, keys: Record<string, string>, summed: Record<string, string> = figures): string {
  const names = Object.keys(keys);
  const columns = Object.keys(summed);
  const sums = Object.entries(summed).map(([name, sum]) => `${sum}::numeric AS ${name}`);
  const values = Object.entries(keys).map(([name, value]) => `${value} AS ${name}`);
  const row = (alias: string) => `(${columns.map((name) => `${alias}.${name}`).join(", ")})`;
  return `SELECT * FROM (SELECT ${names.join(", ")}, ${columns.map((name) => `${name}::numeric`).join(", ")} FROM ${table}) r
    FULL JOIN (SELECT ${[...values, ...sums].join(", ")} FROM usage_events GROUP BY ${names.map((_name, index) => index + 1).join(", ")}) e
    USING (${names.join(", ")}) WHERE ${row("r")} IS DISTINCT FROM ${row("e")}`;
}

/** What a scope used according to the rollups, from the first day of the period of `a` to its last. */
const usedByScope = `CASE
  WHEN a.scope_type = 'team' THEN (
    SELECT sum(cost_nano) FROM usage_team_daily u
    WHERE a.scope_id = ANY(string_to_array(u.team_path, '/')) AND u.day >= a.first AND (a.after IS NULL OR u.day < a.after))
  ELSE (
    SELECT sum(cost_nano) FROM usage_daily u
    WHERE u.day >= a.first AND (a.after IS NULL OR u.day < a.after) AND CASE a.scope_type
      WHEN 'user' THEN u.user_id = a.scope_id
      WHEN 'member' THEN u.user_id = split_part(a.scope_id, '/', 2) AND split_part(a.scope_id, '/', 1) = ANY(string_to_array(u.team_path, '/'))
      ELSE u.key_id IN (
        WITH RECURSIVE line AS (SELECT a.scope_id AS id UNION SELECT k.id FROM keys k JOIN line ON k.parent_key_id = line.id)
        SELECT id FROM line) END)
  END`;

const scopeChecks: Record<string, string> = {
  // Σ usage of a scope = Σ spent, for every account whose period begins and ends with a UTC day, as the rollups do.
  "spent differs from what the scope used": `
    SELECT * FROM (
      SELECT a.*, COALESCE(${usedByScope}, 0) AS used FROM (
        SELECT p.budget_id, b.scope_type, b.scope_id, p.period_start, p.spent_nano,
          (p.period_start AT TIME ZONE 'UTC')::date AS first, (p.period_end AT TIME ZONE 'UTC')::date AS after
        FROM budget_periods p JOIN budgets b ON b.id = p.budget_id WHERE b.timezone = 'UTC') a
    ) accounts WHERE spent_nano <> used`,
};

const checks: Record<string, string> = {
  // Σ events = Σ spent, per account, over the events that name it.
  "spent differs from opening plus events": `
    SELECT p.budget_id, p.period_start, p.spent_nano, p.opening_nano + COALESCE(e.sum, 0) AS events
    FROM budget_periods p
    LEFT JOIN (
      SELECT c.budget_id, c.period_start, SUM(u.cost_nano) AS sum
      FROM usage_events u CROSS JOIN LATERAL unnest(u.budget_ids, u.period_starts) AS c(budget_id, period_start) GROUP BY 1, 2
    ) e ON e.budget_id = p.budget_id AND e.period_start = p.period_start
    WHERE p.spent_nano <> p.opening_nano + COALESCE(e.sum, 0)`,
  // Σ held = Σ open reservations, per account.
  "held differs from open reservations": `
    SELECT p.budget_id, p.period_start, p.held_nano, COALESCE(r.sum, 0) AS reserved
    FROM budget_periods p
    LEFT JOIN (
      SELECT c.ref->>0 AS budget_id, (c.ref->>1)::timestamptz AS period_start, SUM(estimate_nano) AS sum
      FROM reservations CROSS JOIN LATERAL jsonb_array_elements(draft->'periods') AS c(ref) GROUP BY 1, 2
    ) r ON r.budget_id = p.budget_id AND r.period_start = p.period_start
    WHERE p.held_nano <> COALESCE(r.sum, 0)`,
  "a call is booked and still held": "SELECT id FROM reservations WHERE id IN (SELECT id FROM usage_events)",
  // A call counts in the period in which it started.
  "an event is charged to a period that it did not start in": `
    SELECT u.id, u.started_at, p.budget_id, p.period_start, p.period_end
    FROM usage_events u CROSS JOIN LATERAL unnest(u.budget_ids, u.period_starts) AS c(budget_id, period_start)
    JOIN budget_periods p ON p.budget_id = c.budget_id AND p.period_start = c.period_start
    WHERE u.started_at < p.period_start OR u.started_at >= p.period_end`,
  "usage_hourly differs from events": rollupCheck("usage_hourly", {
    hour: "date_trunc('hour', started_at, 'UTC')",
    ...path,
  }),
  "usage_team_daily differs from events": rollupCheck("usage_team_daily", { ...day, ...path }),
  "usage_daily differs from events": rollupCheck("usage_daily", {
    ...day,
    key_id: "COALESCE(key_id, '')",
    user_id: "COALESCE(user_id, '')",
    ...path,
  }),
  "usage_user_daily differs from events": rollupCheck("usage_user_daily", {
    day: day.day,
    user_id: "COALESCE(user_id, '')",
    team_path: path.team_path,
  }),
  "usage_monthly differs from events": rollupCheck(
    "usage_monthly",
    {
      month: "date_trunc('month', started_at AT TIME ZONE 'UTC')::date",
      key_id: "COALESCE(key_id, '')",
      user_id: "COALESCE(user_id, '')",
      team_path: path.team_path,
    },
    { requests: figures.requests, cost_nano: figures.cost_nano },
  ),
  "an alert is not exactly one message": `
    SELECT a.id FROM alerts a LEFT JOIN messages m ON m.data->>'alert_id' = a.id
    GROUP BY a.id, a.message_id HAVING array_agg(m.id) IS DISTINCT FROM ARRAY[a.message_id]`,
  "a message tells of a threshold without an alert": `
    SELECT m.id FROM messages m JOIN budgets b ON b.id = m.data->'budget'->>'id'
    WHERE m.type IN ('budget.threshold_reached', 'budget.exceeded') AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.message_id = m.id)`,
};

/** Every check that fails, with the rows that break it; empty when the books are right. */
export async function auditBooks(pool: pg.Pool, { scopes = true }: AuditOptions = {}): Promise<BookProblems> {
  const problems: BookProblems = {};
  for (const [name, sql] of Object.entries(scopes ? { ...checks, ...scopeChecks } : checks)) {
    const { rows } = await pool.query(sql);
    if (rows.length > 0) problems[name] = rows;
  }
  return problems;
}

/** How often transactions of this database waited for each other in a circle: never, as all take their locks in one order. */
export async function countDeadlocks(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ deadlocks: bigint }>(
    "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
  );
  return Number(rows[0]?.deadlocks ?? -1);
}
