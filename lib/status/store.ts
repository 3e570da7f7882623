/** What there is, counted over the rooms. Only lib/status calls this. */
import type pg from "pg";
import type { Db } from "@/lib/db/client";
import { type SecretPlace, sealedColumns } from "@/lib/secrets/key-ring";

export interface Counts {
  users: number;
  teams: number;
  keys: number;
  providers: number;
  models: number;
}

/** Counts of what is in use; what was deleted, revoked or has expired is not. */
export async function countAll(db: Db, now: Date): Promise<Counts> {
  const [users, teams, keys, providers, models] = await Promise.all([
    db.user.count(),
    db.team.count(),
    db.key.count({ where: { revoked_at: null, OR: [{ expires_at: null }, { expires_at: { gt: now } }] } }),
    db.provider.count({ where: { deleted_at: null } }),
    db.model.count({ where: { deleted_at: null, provider: { deleted_at: null } } }),
  ]);
  return { users, teams, keys, providers, models };
}

export interface JobHealth {
  due: number;
  oldest_due_at: Date | null;
  running: number;
  failed: { name: string; count: number; last_at: Date }[];
}

/** How the queue of background work stands at `now`. */
export async function readJobHealth(db: Db, now: Date): Promise<JobHealth> {
  const [waiting] = await db.$queryRaw<Omit<JobHealth, "failed">[]>`
    SELECT count(*) FILTER (WHERE is_held IS NOT TRUE)::int AS due,
      min(run_at) FILTER (WHERE is_held IS NOT TRUE) AS oldest_due_at,
      count(*) FILTER (WHERE is_held)::int AS running
    FROM (SELECT run_at, locked_until > ${now} AS is_held FROM jobs WHERE failed_at IS NULL AND run_at <= ${now}) AS j`;
  const failed = await db.$queryRaw<JobHealth["failed"]>`
    SELECT name, count(*)::int AS count, max(failed_at) AS last_at FROM jobs WHERE failed_at IS NOT NULL
    GROUP BY name ORDER BY name`;
  return { due: 0, oldest_due_at: null, running: 0, ...waiting, failed };
}

export interface Attention {
  unpriced_models: number;
  failing_webhooks: number;
  cooling_providers: number;
}

/** How many things wait for somebody to look at them. */
export async function countAttention(db: Db, now: Date): Promise<Attention> {
  const provider = { enabled: true, deleted_at: null };
  const credential = { enabled: true, weight: { gt: 0 } };
  const [unpriced_models, failing_webhooks, cooling_providers] = await Promise.all([
    db.model.count({
      where: {
        enabled: true,
        deleted_at: null,
        prices: { none: {} },
        // Of providers that serve, see lib/serving.
        provider: {
          ...provider,
          OR: [{ builtin: false, credentials: { none: {} } }, { credentials: { some: credential } }],
        },
      },
    }),
    db.webhook.count({ where: { OR: [{ failing_since: { not: null } }, { disabled_reason: { not: null } }] } }),
    db.provider.count({
      where: { ...provider, credentials: { some: { ...credential, cooldown_until: { gt: now } } } },
    }),
  ]);
  return { unpriced_models, failing_webhooks, cooling_providers };
}

// A sealed text is `v1.<key id>.…`, see lib/secrets/key-ring.
const sealed = sealedColumns
  .map(
    ({ table, field }) =>
      `SELECT '${table}' AS "table", id AS "row", '${field}' AS field, ${field} AS sealed, split_part(${field}, '.', 2) AS key_id
       FROM ${table} WHERE ${field} IS NOT NULL`,
  )
  .join(" UNION ALL ");

/** How many stored secrets each encryption key has sealed, by its id. */
export async function countSealed(client: Pick<pg.ClientBase, "query">): Promise<Map<string, number>> {
  const text = `SELECT key_id AS id, count(*)::int AS secrets FROM (${sealed}) AS s GROUP BY 1`;
  const { rows } = await client.query<{ id: string; secrets: number }>(text);
  return new Map(rows.map(({ id, secrets }) => [id, secrets]));
}

export type SealedSample = SecretPlace & { sealed: string; key_id: string };

/** A few of the newest secrets that each encryption key has sealed. */
export async function sampleSealed(client: Pick<pg.ClientBase, "query">): Promise<SealedSample[]> {
  const text = `SELECT "table", "row", field, sealed, key_id
    FROM (SELECT *, row_number() OVER (PARTITION BY key_id ORDER BY "row" DESC) AS place FROM (${sealed}) AS s) AS ranked
    WHERE place <= 5`;
  const { rows } = await client.query<SealedSample>(text);
  return rows;
}
