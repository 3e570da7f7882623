/**
 * How the newest calls went, step by step, and what they were charged to. Needs calls and the accounts of budgets. Only scripts/seed
 * calls this.
 */
import type { Seed } from "./rows";

const tracedCalls = 2_000;

// What each call was charged to, nearest first, with what each of these had spent before it.
const chargesText = `
  CREATE TEMP TABLE seed_charges AS
  WITH newest AS MATERIALIZED (SELECT * FROM usage_events ORDER BY started_at DESC LIMIT ${tracedCalls})
  SELECT e.id AS event_id, s.place, b.id AS budget_id, b.hard, b.limit_nano, p.period_start,
    e.cost_nano, p.spent_nano - sum(e.cost_nano) OVER (PARTITION BY b.id, p.period_start ORDER BY e.started_at DESC, e.id) AS before_nano
  FROM newest e LEFT JOIN keys k ON k.id = e.key_id CROSS JOIN LATERAL (
    SELECT 'key', k.id, 1 UNION ALL SELECT 'key', k.parent_key_id, 2
    UNION ALL SELECT 'member', team || '/' || e.user_id, 3 FROM unnest(e.team_path) AS team
    UNION ALL SELECT 'user', e.user_id, 4
    UNION ALL SELECT 'team', team, 100 - depth FROM unnest(e.team_path) WITH ORDINALITY AS t(team, depth)
  ) AS s(type, id, place)
  JOIN budgets b ON b.scope_type = s.type AND b.scope_id = s.id
  JOIN budget_periods p ON p.budget_id = b.id AND p.period_start <= e.started_at AND (p.period_end IS NULL OR p.period_end > e.started_at)`;

// Rows of calls are never changed, so they are written once more.
const chargedText = `
  WITH charged AS (
    SELECT event_id, jsonb_build_object('budget_ids', jsonb_agg(budget_id ORDER BY place),
      'period_starts', jsonb_agg(period_start ORDER BY place)) AS fields
    FROM seed_charges GROUP BY event_id
  ), gone AS (
    DELETE FROM usage_events e USING charged c WHERE e.id = c.event_id RETURNING e AS event, c.fields
  )
  INSERT INTO usage_events SELECT r.* FROM gone, LATERAL jsonb_populate_record(gone.event, gone.fields) AS r`;

// What the calls name is no part any more of what an account opened with.
const openingsText = `
  UPDATE budget_periods p SET opening_nano = opening_nano - c.cost_nano
  FROM (SELECT budget_id, period_start, sum(cost_nano) AS cost_nano FROM seed_charges GROUP BY 1, 2) c
  WHERE c.budget_id = p.budget_id AND c.period_start = p.period_start`;

const usd = (nano: string) => `trim_scale(${nano}::numeric / 1000000000)::text`;

const tracesText = `
  INSERT INTO usage_traces (event_id, trace, recorded_at)
  SELECT e.id, jsonb_build_object(
    'asked_model', e.model, 'upstream_model', m.upstream_name,
    'steps', jsonb_build_object('authenticated_ms', 0.1, 'read_ms', 0.4, 'limited_ms', 0.5, 'held_ms', 4.2, 'ended_ms', e.latency_ms),
    'attempts', (
      SELECT jsonb_agg(jsonb_build_object('credential_id', NULL, 'sent_ms', CASE n WHEN 1 THEN 4.6 ELSE 62.9 END,
        'answered_ms', CASE WHEN n < e.attempts THEN 62.4 ELSE COALESCE(e.first_token_ms, e.latency_ms - 1) END,
        'http_status', CASE WHEN n < e.attempts THEN 429 WHEN e.status = 'error' THEN 503 ELSE 200 END, 'error', NULL) ORDER BY n)
      FROM generate_series(1, e.attempts) AS n),
    'limits', (
      SELECT COALESCE(jsonb_agg(jsonb_build_object('level', level, 'id', id, 'kind', kind, 'limit', most,
        'free', most - abs(hashtext(e.id)) % (most / 4)) ORDER BY place), '[]')
      FROM (
        SELECT 'key', k.id, 'requests', k.rpm_limit, 1 UNION ALL SELECT 'key', k.id, 'tokens', k.tpm_limit, 2
        UNION ALL SELECT 'user', u.id, 'requests', u.rpm_limit, 3
        UNION ALL SELECT 'team', t.id, 'requests', t.rpm_limit, 100 - cardinality(t.path) FROM teams t WHERE t.id = ANY(e.team_path)
      ) AS l(level, id, kind, most, place) WHERE most IS NOT NULL),
    'budgets', (
      SELECT COALESCE(jsonb_agg(jsonb_build_object('id', budget_id, 'hard', hard, 'limit_usd', ${usd("limit_nano")},
        'spent_usd', ${usd("before_nano")}, 'held_usd', '0.00') ORDER BY place), '[]')
      FROM seed_charges WHERE event_id = e.id)
  ), e.finished_at
  FROM usage_events e JOIN models m ON m.id = e.model_id LEFT JOIN keys k ON k.id = e.key_id LEFT JOIN users u ON u.id = e.user_id
  WHERE e.id IN (SELECT id FROM usage_events ORDER BY started_at DESC LIMIT ${tracedCalls}) AND e.status <> 'unknown'`;

export async function seedTraces(seed: Seed): Promise<void> {
  const client = await seed.pool.connect();
  try {
    for (const text of [chargesText, chargedText, openingsText, tracesText]) await client.query(text);
  } finally {
    client.release(true);
  }
}
