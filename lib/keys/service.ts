/**
 * Keys: credentials of type admin, team, user and virtual with one lifecycle. Here they are read and made; lifecycle.ts holds
 * what happens to a key later, bulk.ts does that to many. Routes and the `me` domain call this.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { recordAudit } from "@/lib/audit/record";
import { hashSecret } from "@/lib/auth/hash";
import { generateSecret } from "@/lib/auth/key-format";
import { type Action, reachOf } from "@/lib/authz/permissions";
import { type Level, listLevels } from "@/lib/budgets/levels";
import { createBudgetFor } from "@/lib/budgets/service";
import type { Bound } from "@/lib/budgets/standing";
import { type Context, createdBy, requireReach, withTransaction } from "@/lib/context";
import type { Key } from "@/lib/db/generated/client";
import { parseDuration } from "@/lib/durations";
import { AppError, type FieldProblem, invalidField, notFound } from "@/lib/errors";
import type { IncludeQuery } from "@/lib/figures/schema";
import { addFigures, type Figured, rankBy } from "@/lib/figures/service";
import { newId } from "@/lib/ids";
import { toJson } from "@/lib/json";
import { emitEvent } from "@/lib/outbox/emit";
import { type Bounds, earliestExpiry, findExcess, type KeyStatus, keyStatus } from "./chain";
import { requireGrantable } from "./grants";
import { chooseOwnership, findParent } from "./ownership";
import { type CreateKeyInput, type KeyType, keySorts, type ListKeysQuery } from "./schema";
import * as store from "./store";

const maxLifetimeMs = 3_653 * 86_400_000;

export type KeyView = Key & {
  type: KeyType;
  masked: string;
  status: KeyStatus;
  user_email: string | null;
  team_name: string | null;
  last_used_at: Date | null;
  last_used_client: string | null;
};

/** The key as the wire shows it; it holds neither secret nor hash. */
async function presentKeys(ctx: Context, keys: readonly store.KeyInChain[]): Promise<KeyView[]> {
  const [uses, names] = [
    await store.findLastUses(
      ctx.db,
      keys.map((key) => key.id),
    ),
    await store.findNames(ctx.db, [...new Set(keys.flatMap((key) => [key.user_id ?? [], key.team_id ?? []].flat()))]),
  ];
  return keys.map((key) => ({
    ...store.columnsOf(key),
    type: key.type as KeyType,
    masked: `${key.prefix}…${key.last_four}`,
    status: keyStatus(store.chainOf(key), ctx.clock.now()),
    user_email: names.get(key.user_id ?? "") ?? null,
    team_name: names.get(key.team_id ?? "") ?? null,
    last_used_at: uses.get(key.id)?.last_used_at ?? null,
    last_used_client: uses.get(key.id)?.client ?? null,
  }));
}

export async function presentKey(ctx: Context, key: store.KeyInChain): Promise<KeyView> {
  const [view] = await presentKeys(ctx, [key]);
  if (!view) throw notFound();
  return view;
}

/** The key if the caller may take `action` on it; 403 if it may only be seen, 404 if it is hidden or missing. */
export async function getKeyFor(ctx: Context, action: Action, id: string): Promise<store.KeyInChain> {
  const key = await store.findKey(requireReach(ctx, action), ctx.db, id);
  if (key) return key;
  const visible = reachOf(ctx.principal.authority, "keys.read");
  if (visible && (await store.findKey(visible, ctx.db, id)))
    throw new AppError("forbidden", `You need the right "${action}" on this key.`);
  throw notFound();
}

/** All that calls of a key are charged to, from the key itself to the organisation. */
function boundOf(key: store.KeyInChain, path: readonly string[]): Bound {
  const { id, user_id } = key;
  const nearestFirst = [...path].reverse();
  const teams = nearestFirst.map((team) => ({ type: "team" as const, id: team }));
  const own = store.chainOf(key).map((level) => ({ type: "key" as const, id: level.id }));
  if (!user_id) return { id, scopes: [...own, ...teams] };
  const places = nearestFirst.map((team) => ({ type: "member" as const, id: `${team}/${user_id}` }));
  return { id, scopes: [...own, ...places, { type: "user", id: user_id }, ...teams] };
}

async function presentWithFigures(
  ctx: Context,
  keys: readonly store.KeyInChain[],
  include: IncludeQuery["include"],
): Promise<Figured<KeyView>[]> {
  const views = await presentKeys(ctx, keys);
  if (!include) return views;
  const paths = await store.findTeamPaths(
    ctx.db,
    keys.flatMap((key) => key.team_id ?? []),
  );
  const bound = keys.map((key) => boundOf(key, paths.get(key.team_id ?? "") ?? []));
  return addFigures(ctx, "key", views, bound);
}

export async function getKey(ctx: Context, id: string, { include }: IncludeQuery = {}): Promise<Figured<KeyView>> {
  const [view] = await presentWithFigures(ctx, [await getKeyFor(ctx, "keys.read", id)], include);
  if (!view) throw notFound();
  return view;
}

/** What a call with the key is charged to, level by level; whoever sees the key may see what binds it. */
export async function readKeyChain(ctx: Context, id: string): Promise<{ key_id: string; levels: Level[] }> {
  const key = await getKeyFor(ctx, "keys.read", id);
  const { scopes } = boundOf(key, await getTeamPathOf(ctx, key));
  return { key_id: id, levels: await listLevels(ctx, scopes) };
}

export async function listKeys(ctx: Context, query: ListKeysQuery): Promise<Page<Figured<KeyView>>> {
  const reach = requireReach(ctx, "keys.read");
  const [ranking, now] = [await rankBy(ctx, "key", query.sort), new Date(ctx.clock.now())];
  const rows = await store.listKeys(reach, ctx.db, query, now, keyset(query, keySorts), ranking);
  const page = toPage(rows, query);
  return { ...page, data: await presentWithFigures(ctx, page.data, query.include) };
}

/** What events say of a key. */
export function announced(key: Key): Record<string, unknown> {
  const { id, name, type, user_id, team_id, parent_key_id } = key;
  return { id, name, type, user_id, team_id, parent_key_id };
}

/** 422 that names every field in which a child goes beyond its parents. */
export function requireNoExcess(problems: FieldProblem[]): void {
  if (problems.length === 0) return;
  const message = problems.map((field) => `${field.path}: ${field.message}`).join("; ");
  throw new AppError("invalid_input", message, { fields: problems });
}

interface ExpiryInput {
  expires_at?: string | null | undefined;
  expires_in?: string | undefined;
}

/** The expiry that was asked for: undefined if none was named, null for never. 422 unless it lies within the next ten years. */
export function readExpiry(now: number, input: ExpiryInput): Date | null | undefined {
  const path = input.expires_in ? "expires_in" : "expires_at";
  if (!input.expires_in && !input.expires_at) return input.expires_at === null ? null : undefined;
  const end = input.expires_in ? now + parseDuration(input.expires_in) : Date.parse(input.expires_at ?? "");
  if (end <= now) throw invalidField(path, "must be in the future");
  if (end > now + maxLifetimeMs) throw invalidField(path, "must be within the next ten years");
  return new Date(end);
}

export function requireGuestExpiry(type: string, parent: unknown, expiresAt: Date | null): void {
  if (type === "virtual" && !parent && !expiresAt)
    throw invalidField("expires_at", "is needed: a guest key has an expiry or a parent key");
}

export function requireNoGuestScopes(type: string, scopes: readonly string[]): void {
  if (type === "virtual" && scopes.length > 0)
    throw invalidField("scopes", "must be empty: a guest key has no management scopes");
}

function draftKey(ctx: Context, input: CreateKeyInput, parents: readonly Bounds[]) {
  const { budget: _budget, expires_in: _expiresIn, expires_at: _expiresAt, user_id: _userId, ...fields } = input;
  const now = new Date(ctx.clock.now());
  const asked = readExpiry(now.getTime(), input);
  const expires_at = asked === undefined ? earliestExpiry(parents) : asked;
  const draft = {
    ...fields,
    allowed_models: fields.allowed_models ?? [],
    rpm_limit: fields.rpm_limit ?? null,
    tpm_limit: fields.tpm_limit ?? null,
    parallel_limit: fields.parallel_limit ?? null,
    metadata: toJson(fields.metadata ?? {}),
    expires_at,
    created_by: createdBy(ctx),
    created_at: now,
    updated_at: now,
  };
  requireNoExcess(findExcess(draft, parents));
  return draft;
}

export interface KeyWithSecret {
  key: KeyView;
  /** In this answer only: nothing keeps it. */
  secret: string;
}

/** A new secret with what listings show of it. */
export function newSecret(type: string): { secret: string; hash: string; prefix: string; last_four: string } {
  const secret = generateSecret(type as KeyType);
  return { secret, hash: hashSecret(secret), prefix: `sk-${type}-`, last_four: secret.slice(-4) };
}

/** Makes a key, alone or as a child of another, with a first budget if one is given. Its secret is never seen again. */
export function createKey(ctx: Context, input: CreateKeyInput): Promise<KeyWithSecret> {
  return withTransaction(ctx, async (tx) => {
    requireNoGuestScopes(input.type, input.scopes);
    const parent = await findParent(tx, input);
    const parents = parent ? store.chainOf(parent) : [];
    const { user, teamId } = await chooseOwnership(tx, input, parent);
    const draft = draftKey(tx, input, parents);
    requireGuestExpiry(input.type, parent, draft.expires_at);
    await requireGrantable(tx, { ...draft, team_id: teamId }, user, parents);
    const { secret, hash, ...shown } = newSecret(input.type);
    const id = newId("key", tx.clock.now());
    const key = await store.insertKey(
      tx.db,
      { ...draft, ...shown, id, user_id: user?.id ?? null, team_id: teamId },
      hash,
    );
    if (input.budget) await createBudgetFor(tx, { type: "key", id }, input.budget);
    await emitEvent(tx, "key.created", { ...announced(key), created_by: key.created_by });
    const after = { ...store.columnsOf(key) };
    await recordAudit(tx, { action: "key.created", target_type: "key", target_id: id, after });
    return { key: await presentKey(tx, key), secret };
  });
}

/** A person's own keys that can still be used, blocked ones among them, and those that they were made from, and every team on the way up from one of them. */
export async function listLinesOf(ctx: Context, userId: string): Promise<{ keyIds: string[]; teamIds: string[] }> {
  const lines = await store.listLines(ctx.db, userId, new Date(ctx.clock.now()));
  const paths = await store.findTeamPaths(ctx.db, [...new Set(lines.flatMap(({ team_id }) => team_id ?? []))]);
  return { keyIds: lines.map(({ id }) => id), teamIds: [...new Set([...paths.values()].flat())] };
}

/** The key that asks, whatever its scopes: every key may know itself. */
export async function getOwnKey(ctx: Context, id: string): Promise<KeyView> {
  const key = await store.findKey({ kind: "all" }, ctx.db, id);
  if (!key) throw notFound();
  return presentKey(ctx, key);
}

/** The key, if the caller may see it, and those that it was made from, nearest first. */
export async function listKeyLevels(ctx: Context, id: string): Promise<Key[]> {
  return store.chainOf(await getKeyFor(ctx, "keys.read", id));
}

/** The ids from the organisation down to the key's team; none without a team. */
export async function getTeamPathOf(ctx: Context, key: Pick<Key, "team_id">): Promise<string[]> {
  return key.team_id ? ((await store.findTeamPath(ctx.db, key.team_id)) ?? []) : [];
}

/** Live shared keys of the teams that the caller is an owner or member of: what findParent accepts from them. */
export async function listSharedKeys(ctx: Context): Promise<store.SharedKey[]> {
  const { userId, teamRoles } = ctx.principal.authority;
  if (!userId) return [];
  const teamIds = [...teamRoles].filter(([, role]) => role === "owner" || role === "member").map(([id]) => id);
  return store.listSharedKeys({ kind: "some", userId: null, teamIds }, ctx.db, new Date(ctx.clock.now()));
}
