import { expect, test } from "vitest";
import { verifyAudit } from "@/lib/audit/service";
import { listBudgetsQuery } from "@/lib/budgets/schema";
import { listBudgets } from "@/lib/budgets/service";
import { getConfig } from "@/lib/config/config";
import { systemContext } from "@/lib/context";
import { keyStatuses } from "@/lib/keys/chain";
import { listKeysQuery } from "@/lib/keys/schema";
import { listKeys } from "@/lib/keys/service";
import { callTrace, summaryOutput, summaryQuery } from "@/lib/usage/schema";
import { summarize } from "@/lib/usage/service";
import { findObstacle, seedOrganisation } from "../../scripts/seed/seed";
import { auditBooks } from "./books";
import { openTestDatabase } from "./database";

const t = openTestDatabase();
const sizes = { teams: 45, users: 90, keys: 800, events: 20_000 };

test("the seed makes an organisation of the asked size whose books are right, and makes it once", async () => {
  expect(await findObstacle(t.pool, false)).toBeNull();
  await seedOrganisation({ pool: t.pool, db: t.db, sizes, ring: getConfig().encryptionKeys });
  const counts = await Promise.all([t.db.team.count(), t.db.user.count(), t.db.key.count(), t.db.usageEvent.count()]);
  expect(counts).toEqual([sizes.teams, sizes.users, sizes.keys, sizes.events]);

  // Sums, accounts, alerts and the log all agree with each other, as they do after real calls.
  expect(await auditBooks(t.pool)).toEqual({});
  const ctx = systemContext(t.db, "test");
  expect(await verifyAudit(ctx)).toMatchObject({ ok: true });
  const rows = await t.pool.query(
    "SELECT 1 FROM usage_events WHERE started_at > now() OR started_at < now() - interval '91 days'",
  );
  expect(rows.rowCount).toBe(0);
  // Each cost is what its tokens cost at the price that it names, rounded once, half up.
  const { rowCount } = await t.pool.query(`
    SELECT 1 FROM usage_events e LEFT JOIN model_prices x ON x.id = e.price_id AND x.model_id = e.model_id
    WHERE e.status <> 'unknown' AND e.cost_nano IS DISTINCT FROM div((e.prompt_tokens - e.cached_tokens)::numeric * x.input_per_mtok_nano
      + e.cached_tokens::numeric * COALESCE(x.cached_input_per_mtok_nano, x.input_per_mtok_nano)
      + e.completion_tokens::numeric * x.output_per_mtok_nano + 500000, 1000000)`);
  expect(rowCount).toBe(0);

  // As the gateway writes them: in its words, at a price that was in force, no dearer than was held.
  const odd = await t.pool.query(`
    SELECT e.* FROM usage_events e LEFT JOIN model_prices x ON x.id = e.price_id
    WHERE NOT (e.endpoint IN ('chat', 'embeddings') AND x.valid_from <= e.started_at AND e.finished_at <= now() AND e.cost_nano <= e.estimate_nano
      AND (e.first_token_ms IS NOT NULL) = (e.is_stream AND e.status IN ('ok', 'aborted'))
      AND (e.status <> 'unknown' OR (e.cost_nano = e.estimate_nano AND e.prompt_tokens = 0 AND e.attempts = 0)))`);
  expect(odd.rows).toEqual([]);
  const traced = await t.pool.query<{ trace: unknown; attempts: number; budget_ids: string[] }>(
    "SELECT trace, attempts, budget_ids FROM usage_traces JOIN usage_events ON id = event_id",
  );
  for (const { trace, attempts, budget_ids } of traced.rows) {
    const told = callTrace.parse(trace);
    expect([told.attempts.length, told.budgets.map(({ id }) => id)]).toEqual([attempts, budget_ids]);
  }
  expect(traced.rows.some(({ budget_ids }) => budget_ids.length > 1)).toBe(true);

  expect(await findObstacle(t.pool, false)).toMatch(/calls in this database/);
  expect(await findObstacle(t.pool, true)).toMatch(/calls in this database/);
});

test("what it makes can be shown: every state of keys, budgets at risk, alerts that were delivered, a shape of days", async () => {
  const ctx = systemContext(t.db, "test");
  for (const status of keyStatuses)
    expect((await listKeys(ctx, listKeysQuery.parse({ status }))).data.length, status).toBeGreaterThan(0);
  expect((await listBudgets(ctx, listBudgetsQuery.parse({ at_risk: "true" }))).data.length).toBeGreaterThan(3);
  expect(await t.db.delivery.count({ where: { state: "succeeded" } })).toBeGreaterThan(0);
  expect(await t.db.delivery.count({ where: { state: "pending" } })).toBe(0);
  const summary = summaryOutput.parse(
    JSON.parse(JSON.stringify(await summarize(ctx, summaryQuery.parse({ group_by: "model", interval: "total" })))),
  );
  expect(summary.data.length).toBeGreaterThan(5);
  const { rows } = await t.pool.query<{ hour: number; count: bigint }>(
    "SELECT extract(hour FROM started_at AT TIME ZONE 'UTC')::int AS hour, count(*) FROM usage_events GROUP BY 1",
  );
  const at = (hour: number) => Number(rows.find((row) => row.hour === hour)?.count ?? 0n);
  expect(at(10)).toBeGreaterThan(3 * at(2));
});
