/** The books: what must hold in any database at rest, to the unit. Tests only. */
import type pg from "pg";

export interface BookProblems {
  [check: string]: unknown[];
}

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
  "hourly rollup differs from events": `
    SELECT * FROM (SELECT COALESCE(SUM(cost_nano), 0) AS cost, COALESCE(SUM(requests), 0) AS calls FROM usage_hourly) h
    JOIN (SELECT COALESCE(SUM(cost_nano), 0) AS cost, COUNT(*) AS calls FROM usage_events) e ON h.cost <> e.cost OR h.calls <> e.calls`,
  "daily rollup differs from events": `
    SELECT * FROM (
      SELECT key_id, user_id, SUM(cost_nano) AS cost, SUM(requests) AS calls FROM usage_daily GROUP BY 1, 2
    ) d FULL JOIN (
      SELECT COALESCE(key_id, '') AS key_id, COALESCE(user_id, '') AS user_id, SUM(cost_nano) AS cost, COUNT(*) AS calls FROM usage_events GROUP BY 1, 2
    ) e USING (key_id, user_id)
    WHERE d.cost IS DISTINCT FROM e.cost OR d.calls IS DISTINCT FROM e.calls`,
};

/** Every check that fails, with the rows that break it; empty when the books are right. */
export async function auditBooks(pool: pg.Pool): Promise<BookProblems> {
  const problems: BookProblems = {};
  for (const [name, sql] of Object.entries(checks)) {
    const { rows } = await pool.query(sql);
    if (rows.length > 0) problems[name] = rows;
  }
  return problems;
}
