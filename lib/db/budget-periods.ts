/**
 * The accounts of budgets come into being here, and nowhere else: a period's row is made when it is first needed, and counts what
 * its scope has already spent in that period. Raw SQL, because the gateway's ledger makes rows through `pg` and the control plane
 * through Prisma; both must mean the same by "already spent".
 */

export interface PeriodKey {
  budget_id: string;
  /** key, user, team or member. */
  scope_type: string;
  /** The id of the key, user or team; `<team id>/<user id>` for a member. */
  scope_id: string;
  period_start: Date;
  /** Null for a period without an end. */
  period_end: Date | null;
}

/** Runs one statement; `pool.query` of pg, or Prisma's `$queryRawUnsafe`, behind a lambda. */
export type RunSql<T> = (sql: string, params: unknown[]) => Promise<T>;

// One parameter, so that both drivers send the same thing: the keys as JSON. A call belongs to a key's budget if that key or one
// delegated from it made it, to a team's if the team stood in the call's path, to a member's if that person made it there.
const wantedSql = `
  wanted AS MATERIALIZED (
    SELECT k.budget_id, k.scope_type, k.period_start, k.period_end,
      CASE WHEN k.scope_type = 'key' THEN ARRAY(
        WITH RECURSIVE line AS (
          SELECT k.scope_id AS id UNION SELECT child.id FROM keys child JOIN line ON child.parent_key_id = line.id
        ) SELECT id FROM line)
      END AS key_ids,
      CASE k.scope_type WHEN 'user' THEN k.scope_id WHEN 'member' THEN split_part(k.scope_id, '/', 2) END AS user_id,
      CASE WHEN k.scope_type IN ('team', 'member') THEN ARRAY[split_part(k.scope_id, '/', 1)] END AS team_ids
    FROM jsonb_to_recordset($1::jsonb) AS k(
      budget_id text, scope_type text, scope_id text, period_start timestamptz, period_end timestamptz)
    JOIN budgets b ON b.id = k.budget_id
    WHERE NOT EXISTS (
      SELECT 1 FROM budget_periods p WHERE p.budget_id = k.budget_id AND p.period_start = k.period_start)
  )`;

// A call counts in the period in which it started, which is where the ledger charges it. One branch per kind of scope, so that each
// uses its own index.
const within = "e.started_at >= w.period_start AND (w.period_end IS NULL OR e.started_at < w.period_end)";
const openingsSql = `
  SELECT w.budget_id, w.period_start, w.period_end, (
    SELECT COALESCE(SUM(spent.cost_nano), 0)::bigint FROM (
      SELECT e.cost_nano FROM usage_events e WHERE w.scope_type = 'key' AND e.key_id = ANY(w.key_ids) AND ${within}
      UNION ALL
      SELECT e.cost_nano FROM usage_events e WHERE w.scope_type = 'user' AND e.user_id = w.user_id AND ${within}
      UNION ALL
      SELECT e.cost_nano FROM usage_events e WHERE w.scope_type = 'team' AND e.team_path @> w.team_ids AND ${within}
      UNION ALL
      SELECT e.cost_nano FROM usage_events e
      WHERE w.scope_type = 'member' AND e.team_path @> w.team_ids AND e.user_id = w.user_id AND ${within}
    ) spent
  ) AS opening_nano
  FROM wanted w`;

/**
 * Makes the rows that are missing, each with `opening_nano` = `spent_nano` = what its scope has spent since the period's start, and leaves
 * those that are there. Rows are made in one order, so that two such statements cannot wait for each other. A budget that is
 * gone is passed over. `$1` is a JSON array of PeriodKey.
 */
const ensurePeriodsSql = `
  WITH ${wantedSql}, openings AS MATERIALIZED (${openingsSql})
  INSERT INTO budget_periods (budget_id, period_start, period_end, opening_nano, spent_nano)
  SELECT budget_id, period_start, period_end, opening_nano, opening_nano FROM openings ORDER BY budget_id, period_start
  ON CONFLICT (budget_id, period_start) DO NOTHING`;

const readOpeningsSql = `WITH ${wantedSql} SELECT budget_id, opening_nano::text FROM (${openingsSql}) AS openings`;

/** The one parameter of `ensurePeriodsSql`. */
function periodsParam(rows: readonly PeriodKey[]): string {
  return JSON.stringify(rows);
}

/** Runs `ensurePeriodsSql` for `rows`. */
export async function ensurePeriods(query: RunSql<unknown>, rows: readonly PeriodKey[]): Promise<void> {
  if (rows.length > 0) await query(ensurePeriodsSql, [periodsParam(rows)]);
}

/** What the rows that are missing would open with, in nano-USD by budget id; nothing is written. */
export async function readOpenings(
  query: RunSql<readonly { budget_id: string; opening_nano: string }[]>,
  rows: readonly PeriodKey[],
): Promise<Map<string, bigint>> {
  if (rows.length === 0) return new Map();
  const found = await query(readOpeningsSql, [periodsParam(rows)]);
  return new Map(found.map((row) => [row.budget_id, BigInt(row.opening_nano)]));
}
