/** Reads the directory's tables into their compiled form. Only the directory calls this. */
import type pg from "pg";
import { log } from "@/lib/log";
import { compileMatcher } from "@/lib/model-patterns";
import type { PeriodKind } from "@/lib/periods";
import { type KeyRing, unseal } from "@/lib/secrets/key-ring";
import { servingOf, servings } from "@/lib/serving";
import { ceilingPriceOf, effectiveSettings, type ManagingConfig } from "@/lib/settings/schema";
import type {
  BudgetRef,
  Credential,
  GatewaySettings,
  KeyEntry,
  KeyState,
  Level,
  ModelRoute,
  ProviderRoute,
  Snapshot,
  TeamChain,
} from "./types";

interface LimitRow {
  id: string;
  name: string;
  allowed_models: string[];
  blocked_models: string[];
  rpm_limit: number | null;
  tpm_limit: number | null;
  parallel_limit: number | null;
}

interface BudgetRow {
  id: string;
  scope_type: string;
  scope_id: string;
  period: PeriodKind;
  timezone: string;
}

function toLevel(kind: Level["kind"], row: LimitRow): Level {
  return {
    kind,
    id: row.id,
    name: row.name,
    permits: compileMatcher(row.allowed_models, row.blocked_models),
    rpm: row.rpm_limit,
    tpm: row.tpm_limit,
    parallel: row.parallel_limit,
  };
}

function toBudget(row: BudgetRow, scopeName: string): BudgetRef {
  return {
    id: row.id,
    scopeType: row.scope_type,
    scopeId: row.scope_id,
    scopeName,
    period: row.period,
    timezone: row.timezone,
  };
}

const limitColumns = "allowed_models, blocked_models, rpm_limit, tpm_limit, parallel_limit";
const budgetColumns = "id, scope_type, scope_id, period, timezone";

async function loadTeams(pool: pg.Pool): Promise<Map<string, TeamChain>> {
  const [teams, budgets] = await Promise.all([
    pool.query<LimitRow & { path: string[] }>(`SELECT id, name, path, ${limitColumns} FROM teams`),
    pool.query<BudgetRow>(`SELECT ${budgetColumns} FROM budgets WHERE scope_type = 'team' ORDER BY id`),
  ]);
  const levels = new Map(teams.rows.map((row) => [row.id, toLevel("team", row)]));
  const budgetsOf = new Map<string, BudgetRef[]>();
  for (const row of budgets.rows)
    budgetsOf.set(row.scope_id, [
      ...(budgetsOf.get(row.scope_id) ?? []),
      toBudget(row, levels.get(row.scope_id)?.name ?? ""),
    ]);
  const chainOf = ({ id, path }: { id: string; path: string[] }): TeamChain => {
    const upwards = [...path].reverse();
    return {
      teamId: id,
      path,
      levels: upwards.flatMap((team) => levels.get(team) ?? []),
      budgets: upwards.flatMap((team) => budgetsOf.get(team) ?? []),
    };
  };
  return new Map(teams.rows.map((row) => [row.id, chainOf(row)]));
}

interface CredentialRow {
  id: string;
  provider_id: string;
  secret: string;
  weight: number;
  enabled: boolean;
  cooldown_until: Date | null;
}

// One credential that cannot be opened must not take the others down with it.
function openCredential(ring: KeyRing, row: CredentialRow): Credential[] {
  if (!row.enabled || row.weight === 0) return [];
  try {
    const secret = unseal(ring, { table: "credentials", row: row.id, field: "secret" }, row.secret);
    return [{ id: row.id, secret, weight: row.weight, cooldownUntilMs: row.cooldown_until?.getTime() ?? 0 }];
  } catch (error) {
    log.error({ err: error, credential_id: row.id }, "a provider credential cannot be opened and is left out");
    return [];
  }
}

async function loadProviders(pool: pg.Pool, ring: KeyRing): Promise<Map<string, ProviderRoute>> {
  const [providers, credentials] = await Promise.all([
    pool.query<{ id: string; name: string; base_url: string; builtin: boolean }>(
      "SELECT id, name, base_url, builtin FROM providers WHERE enabled AND deleted_at IS NULL ORDER BY created_at, id",
    ),
    pool.query<CredentialRow>(
      "SELECT id, provider_id, secret, weight, enabled, cooldown_until FROM credentials ORDER BY id",
    ),
  ]);
  const rowsOf = new Map<string, CredentialRow[]>();
  for (const row of credentials.rows) rowsOf.set(row.provider_id, [...(rowsOf.get(row.provider_id) ?? []), row]);
  return new Map(
    providers.rows.map(({ id, name, base_url, builtin }) => {
      const rows = rowsOf.get(id) ?? [];
      const opened = rows.flatMap((row) => openCredential(ring, row));
      const serving = servingOf({ builtin, credentials: rows.length, usable: opened.length });
      return [id, { id, name, baseUrl: base_url, credentials: opened, serving }];
    }),
  );
}

interface ModelRow {
  id: string;
  provider_id: string;
  name: string;
  upstream_name: string;
  kind: string;
  max_input_tokens: number | null;
  max_output_tokens: number | null;
  created_at: Date;
  price_id: string | null;
  input_per_mtok_nano: bigint | null;
  cached_input_per_mtok_nano: bigint | null;
  cache_write_per_mtok_nano: bigint | null;
  output_per_mtok_nano: bigint | null;
}

function toModel(row: ModelRow, provider: ProviderRoute): ModelRoute {
  const { input_per_mtok_nano: input, output_per_mtok_nano: output } = row;
  const price =
    input === null || output === null
      ? null
      : {
          id: row.price_id,
          inputPerMtokNano: input,
          cachedInputPerMtokNano: row.cached_input_per_mtok_nano,
          cacheWritePerMtokNano: row.cache_write_per_mtok_nano,
          outputPerMtokNano: output,
        };
  return {
    id: row.id,
    name: row.name,
    upstreamName: row.upstream_name,
    kind: row.kind,
    createdAtMs: row.created_at.getTime(),
    provider,
    price,
    maxInputTokens: row.max_input_tokens,
    maxOutputTokens: row.max_output_tokens,
  };
}

async function loadModels(pool: pg.Pool, providers: ReadonlyMap<string, ProviderRoute>): Promise<ModelRoute[]> {
  const { rows } = await pool.query<ModelRow>(`
    SELECT m.id, m.provider_id, m.name, m.upstream_name, m.kind, m.max_input_tokens, m.max_output_tokens, m.created_at, p.id AS price_id,
           p.input_per_mtok_nano, p.cached_input_per_mtok_nano, p.cache_write_per_mtok_nano, p.output_per_mtok_nano
    FROM models m
    LEFT JOIN LATERAL (SELECT * FROM model_prices WHERE model_id = m.id AND valid_from <= now() ORDER BY valid_from DESC, id DESC LIMIT 1) p ON true
    WHERE m.enabled AND m.deleted_at IS NULL`);
  return rows.flatMap((row) => {
    const provider = providers.get(row.provider_id);
    return provider ? [toModel(row, provider)] : [];
  });
}

/**
 * Models by the names that callers may use. Where several providers serve one name, the plain name means the oldest provider
 * that has a credential; `provider/name` always means just that one. Those that nobody serves are known, so that a call is told why.
 */
function indexModels(
  models: readonly ModelRoute[],
  providers: ReadonlyMap<string, ProviderRoute>,
): Map<string, ModelRoute> {
  const rank = new Map([...providers.keys()].map((id, index) => [id, index]));
  const preference = ({ provider }: ModelRoute) =>
    servings.indexOf(provider.serving) * 1_000_000 + (rank.get(provider.id) ?? 0);
  const index = new Map<string, ModelRoute>();
  for (const model of [...models].sort((a, b) => preference(b) - preference(a))) index.set(model.name, model);
  for (const model of models) {
    const qualified = `${model.provider.name}/${model.name}`;
    if (!index.has(qualified)) index.set(qualified, model);
  }
  return index;
}

async function loadSettings(pool: pg.Pool, config: ManagingConfig): Promise<GatewaySettings> {
  const { rows } = await pool.query<{ data: unknown }>("SELECT data FROM settings WHERE id = 1");
  const settings = effectiveSettings(rows[0]?.data, config);
  return {
    ceilingPrice: ceilingPriceOf(settings),
    defaultRpm: settings.default_rpm_limit,
    defaultTpm: settings.default_tpm_limit,
    defaultParallel: settings.default_parallel_limit,
    defaultPermits: compileMatcher(settings.default_allowed_models, settings.default_blocked_models),
    cooldownMs: settings.cooldown_seconds * 1000,
  };
}

/** Teams, providers, models and settings as they stand now. */
export async function loadSnapshot(pool: pg.Pool, ring: KeyRing, config: ManagingConfig): Promise<Snapshot> {
  const [teams, providers, settings, master] = await Promise.all([
    loadTeams(pool),
    loadProviders(pool, ring),
    loadSettings(pool, config),
    pool.query<{ hash: string }>(
      "SELECT hash FROM master_keys WHERE retired_at IS NULL ORDER BY created_at DESC LIMIT 1",
    ),
  ]);
  const modelList = await loadModels(pool, providers);
  return {
    teams,
    models: indexModels(modelList, providers),
    modelList: modelList.filter(({ provider }) => provider.serving !== "none"),
    settings,
    masterKeyHash: master.rows[0]?.hash ?? null,
  };
}

interface KeyRow extends LimitRow {
  type: string;
  user_id: string | null;
  team_id: string | null;
  expires_at: Date | null;
  blocked_at: Date | null;
  revoked_at: Date | null;
  tags: string[];
  secret_expires_at: Date | null;
}

interface OwnerRow extends LimitRow {
  disabled_at: Date | null;
  /** Whether the person still is a member of the key's team or one above it. */
  is_member: boolean;
}

async function loadOwner(pool: pg.Pool, userId: string, teamId: string | null): Promise<OwnerRow | undefined> {
  const { rows } = await pool.query<OwnerRow>(
    `SELECT u.id, u.email AS name, ${limitColumns
      .split(", ")
      .map((column) => `u.${column}`)
      .join(", ")}, u.disabled_at,
            EXISTS (SELECT 1 FROM teams t JOIN memberships m ON m.team_id = ANY(t.path) WHERE t.id = $2 AND m.user_id = u.id) AS is_member
     FROM users u WHERE u.id = $1`,
    [userId, teamId],
  );
  return rows[0];
}

function stateOf(
  chain: readonly KeyRow[],
  owner: OwnerRow | undefined,
): { state: KeyState; stateReason: string | null } {
  const [key, ...parents] = chain;
  if (key?.revoked_at) return { state: "revoked", stateReason: "This key has been revoked." };
  if (parents.some((parent) => parent.revoked_at))
    return { state: "revoked", stateReason: "The key that this one was made from has been revoked." };
  if (chain.some((row) => row.blocked_at)) return { state: "blocked", stateReason: "This key is blocked." };
  if (owner?.disabled_at) return { state: "blocked", stateReason: "The owner of this key is disabled." };
  if (owner && key?.team_id && !owner.is_member)
    return { state: "blocked", stateReason: "The owner of this key is no longer a member of its team." };
  return { state: "live", stateReason: null };
}

function earliest(times: (Date | null)[]): number | null {
  const set = times.flatMap((time) => (time ? [time.getTime()] : []));
  return set.length > 0 ? Math.min(...set) : null;
}

async function loadOwnBudgets(
  pool: pg.Pool,
  chain: readonly KeyRow[],
  owner: OwnerRow | undefined,
  teamPath: readonly string[],
): Promise<BudgetRef[]> {
  const keys = chain.map((row) => ["key", row.id, row.name] as const);
  const members = owner
    ? [...teamPath].reverse().map((team) => ["member", `${team}/${owner.id}`, owner.name] as const)
    : [];
  const scopes = [...keys, ...members, ...(owner ? [["user", owner.id, owner.name] as const] : [])];
  const { rows } = await pool.query<BudgetRow>(
    `SELECT ${budgetColumns} FROM budgets WHERE (scope_type, scope_id) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY id`,
    [scopes.map(([type]) => type), scopes.map(([, id]) => id)],
  );
  return scopes.flatMap(([type, id, name]) =>
    rows.filter((row) => row.scope_type === type && row.scope_id === id).map((row) => toBudget(row, name)),
  );
}

/** The key of a secret by its SHA-256, with its parents, owner and their budgets; null where there is none. */
export async function loadKey(pool: pg.Pool, hash: string): Promise<KeyEntry | null> {
  const { rows: chain } = await pool.query<KeyRow>(
    `WITH RECURSIVE chain AS (
       SELECT k.*, s.expires_at AS secret_expires_at, 0 AS depth FROM key_secrets s JOIN keys k ON k.id = s.key_id WHERE s.hash = $1
       UNION ALL
       SELECT k.*, NULL::timestamptz(3), c.depth + 1 FROM chain c JOIN keys k ON k.id = c.parent_key_id WHERE c.depth < 10
     )
     SELECT id, type, name, user_id, team_id, expires_at, blocked_at, revoked_at, tags, secret_expires_at, ${limitColumns} FROM chain ORDER BY depth`,
    [hash],
  );
  const key = chain[0];
  if (!key) return null;
  const owner = key.user_id ? await loadOwner(pool, key.user_id, key.team_id) : undefined;
  const team = key.team_id
    ? await pool.query<{ path: string[] }>("SELECT path FROM teams WHERE id = $1", [key.team_id])
    : undefined;
  const levels = [...chain.map((row) => toLevel("key", row)), ...(owner ? [toLevel("user", owner)] : [])];
  return {
    keyId: key.id,
    type: key.type,
    name: key.name,
    userId: key.user_id,
    teamId: key.team_id,
    tags: key.tags,
    ...stateOf(chain, owner),
    expiresAtMs: earliest(chain.map((row) => row.expires_at)),
    replacedAtMs: key.secret_expires_at?.getTime() ?? null,
    levels,
    budgets: await loadOwnBudgets(pool, chain, owner, team?.rows[0]?.path ?? []),
    dependsOn: [...chain.map((row) => row.id), ...(owner ? [owner.id] : []), ...(key.team_id ? [key.team_id] : [])],
  };
}
