/**
 * Providers: where models are served, and the keys that open them. Routes and other domains call this; nothing else
 * touches the rows. Credentials are in ./credentials, models in ./models, the shipped ones in ./catalogue.
 *
 * A deleted provider keeps its row as a tombstone, because usage events name it and because the catalogue must not bring back
 * what an admin removed. Its credentials are deleted for good, its models go with it. Creating a provider of the same name
 * revives the tombstone: same id, fresh fields, no key, only the models that are asked for. A revived one belongs to the
 * catalogue again only if it stands at the catalogue's own address.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import type { Presentable } from "@/lib/api/route";
import { changedFields, recordAudit } from "@/lib/audit/record";
import { getConfig } from "@/lib/config/config";
import { type Context, requireReach, requireVersion, withTransaction } from "@/lib/context";
import { AppError, invalidField, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { addModels, deleteModelsOf } from "@/lib/models/service";
import { checkTargetUrl } from "@/lib/net/guard";
import { leavesHost } from "./base-url";
import { catalogue, findCatalogueProvider, shippedModel } from "./catalogue-data";
import { defaultCredential, putDefaultKey } from "./credentials";
import { readProviderFigures } from "./figures";
import { findVisibleProvider, lockVisibleProvider } from "./reach";
import {
  type CreateProviderInput,
  type ListProvidersQuery,
  type ProviderFigures,
  type ProviderKind,
  providerSorts,
  type ReadProviderQuery,
  type ReplaceProviderInput,
  type UpdateProviderInput,
} from "./schema";
import * as store from "./store";

export type ProviderView = Omit<store.ProviderRow, "_count" | "deleted_at" | "kind"> & {
  kind: ProviderKind;
  has_api_key: boolean;
};

function presentProvider(row: store.ProviderRow): ProviderView {
  const { _count, deleted_at: _deleted, ...fields } = row;
  return { ...fields, kind: row.kind as ProviderKind, has_api_key: _count.credentials > 0 };
}

type FiguredProvider = ProviderView & { figures?: Presentable<ProviderFigures> };

async function addFigures(
  ctx: Context,
  rows: readonly store.ProviderRow[],
  include: ReadProviderQuery["include"],
): Promise<FiguredProvider[]> {
  if (!include) return rows.map(presentProvider);
  const ids = rows.map((row) => row.id);
  const figures = await readProviderFigures(ctx, ids);
  return rows.map((row) => ({ ...presentProvider(row), figures: figures.get(row.id) }));
}

export async function getProvider(ctx: Context, id: string, query: ReadProviderQuery = {}): Promise<FiguredProvider> {
  const [view] = await addFigures(ctx, [await findVisibleProvider(ctx, "providers.read", id)], query.include);
  if (!view) throw notFound();
  return view;
}

async function listFiltered(
  ctx: Context,
  query: ListProvidersQuery,
  withKeys: boolean,
): Promise<Page<FiguredProvider>> {
  const { q, enabled, resting, include } = query;
  const [reach, now] = [requireReach(ctx, "providers.read"), new Date(ctx.clock.now())];
  const filter = { q, enabled, resting, withKeys };
  const page = toPage(await store.listProviders(reach, ctx.db, filter, now, keyset(query, providerSorts)), query);
  return { ...page, data: await addFigures(ctx, page.data, include) };
}

export function listProviders(ctx: Context, query: ListProvidersQuery): Promise<Page<FiguredProvider>> {
  return listFiltered(ctx, query, false);
}

/** Those with at least one enabled credential. */
export function listProvidersWithKeys(ctx: Context, query: ListProvidersQuery): Promise<Page<FiguredProvider>> {
  return listFiltered(ctx, query, true);
}

interface CatalogueEntry {
  name: string;
  display_name: string;
  base_url: string;
  models: number;
  provider_id: string | null;
}

/** Who is known from the start, whether they are still among the providers or not. */
export async function listCatalogue(ctx: Context): Promise<{ data: CatalogueEntry[] }> {
  requireReach(ctx, "providers.read");
  const names = catalogue.map(({ name }) => name);
  const ids = await store.findIdsByName(ctx.db, names);
  return {
    data: catalogue.map(({ models, ...entry }) => ({
      ...entry,
      models: models.length,
      provider_id: ids.get(entry.name) ?? null,
    })),
  };
}

/** The address given, or the catalogue's for a name that it knows. */
function resolveBaseUrl(name: string, given: string | undefined): string {
  const baseUrl = given ?? findCatalogueProvider(name)?.base_url;
  if (!baseUrl) throw invalidField("base_url", "is required, because no default is known for this name");
  return baseUrl;
}

function requirePublicTarget(baseUrl: string): void {
  checkTargetUrl(baseUrl, getConfig().privateTargets, "base_url");
}

async function claimName(ctx: Context, name: string): Promise<store.ProviderRow | null> {
  await store.lockProvider(ctx.db, { name });
  const former = await store.findProviderByName(ctx.db, name);
  if (!former || former.deleted_at) return former;
  throw new AppError("conflict", `There already is a provider "${name}". Change that one instead.`, {
    fields: [{ path: "name", message: "is already taken" }],
    details: { id: former.id },
  });
}

/** Creates a provider or revives the deleted one of its name, with a first key and models if they are given. */
export function createProvider(ctx: Context, input: CreateProviderInput): Promise<ProviderView> {
  return withTransaction(ctx, async (tx) => {
    requireReach(tx, "providers.write");
    const { api_key: apiKey, models, base_url: given, ...rest } = input;
    const baseUrl = resolveBaseUrl(input.name, given);
    requirePublicTarget(baseUrl);
    const former = await claimName(tx, input.name);
    const now = new Date(tx.clock.now());
    const shipped = findCatalogueProvider(input.name);
    const fields = {
      ...rest,
      display_name: input.display_name ?? shipped?.display_name ?? null,
      base_url: baseUrl,
      builtin: shipped?.base_url === baseUrl,
      deleted_at: null,
      created_at: now,
      updated_at: now,
    };
    const { id } = former
      ? await store.updateProvider(tx.db, former.id, fields)
      : await store.insertProvider(tx.db, { ...fields, id: newId("provider", now.getTime()) });
    await putDefaultKey(tx, id, apiKey ?? undefined);
    const wanted = models ?? (fields.builtin ? (shipped?.models ?? []).map((model) => model.name) : []);
    const home = { id, name: input.name, base_url: baseUrl };
    await addModels(
      tx,
      home,
      wanted.map((name) => (fields.builtin && shippedModel(input.name, name)) || { name }),
    );
    const provider = await findVisibleProvider(tx, "providers.write", id);
    await recordAudit(tx, {
      action: "provider.created",
      target_type: "provider",
      target_id: id,
      after: { ...presentProvider(provider), models: wanted },
      ...(former ? { details: { revived: true } } : {}),
    });
    return presentProvider(provider);
  });
}

/** 409 while a key would stay that was given for another host than the new address. */
async function requireNoKeyStays(ctx: Context, before: store.ProviderRow, input: UpdateProviderInput): Promise<void> {
  if (input.base_url === undefined || !leavesHost(before.base_url, input.base_url)) return;
  const names = await store.listCredentialNames(ctx.db, before.id);
  const staying = names.filter((name) => name !== defaultCredential || input.api_key === undefined);
  if (staying.length === 0) return;
  const list = staying.map((name) => `"${name}"`).join(", ");
  throw new AppError(
    "conflict",
    `base_url: the keys ${list} are stored for another host and must not be sent to this one. Clear or replace them first, or send api_key along.`,
    {
      fields: [{ path: "base_url", message: "moves to another host while keys stay" }],
      details: { credentials: staying },
    },
  );
}

/** Changes a provider; its address may move to another host only together with its keys. */
export function updateProvider(
  ctx: Context,
  id: string,
  input: UpdateProviderInput,
  ifVersion: number | null,
): Promise<ProviderView> {
  return withTransaction(ctx, async (tx) => {
    const before = await lockVisibleProvider(tx, "providers.write", id);
    requireVersion(before, ifVersion);
    const { api_key: apiKey, ...fields } = input;
    if (fields.base_url !== undefined && fields.base_url !== before.base_url) requirePublicTarget(fields.base_url);
    await requireNoKeyStays(tx, before, input);
    await putDefaultKey(tx, id, apiKey);
    const after = await store.updateProvider(tx.db, id, { ...fields, updated_at: new Date(tx.clock.now()) });
    await recordAudit(tx, {
      action: "provider.updated",
      target_type: "provider",
      target_id: id,
      ...changedFields(presentProvider(before), presentProvider(after)),
      ...(apiKey === undefined ? {} : { details: { api_key: apiKey === null ? "cleared" : "set" } }),
    });
    return presentProvider(after);
  });
}

/** PUT: what is left out goes back to its default, except the key, which stays unless it is named. */
export function replaceProvider(
  ctx: Context,
  id: string,
  input: ReplaceProviderInput,
  ifVersion: number | null,
): Promise<ProviderView> {
  return withTransaction(ctx, async (tx) => {
    const before = await lockVisibleProvider(tx, "providers.write", id);
    const { name = before.name, display_name = null, ...fields } = input;
    if (name !== before.name) throw invalidField("name", "cannot be changed: callers and usage records name it");
    const base_url = resolveBaseUrl(name, input.base_url);
    return updateProvider(tx, id, { ...fields, display_name, base_url }, ifVersion);
  });
}

/** Deletes a provider with its credentials and models; see above for what stays. */
export function deleteProvider(ctx: Context, id: string): Promise<undefined> {
  return withTransaction(ctx, async (tx) => {
    const before = await lockVisibleProvider(tx, "providers.write", id);
    const now = new Date(tx.clock.now());
    await store.deleteCredentials(tx.db, id, null);
    await deleteModelsOf(tx, id);
    await store.updateProvider(tx.db, id, { deleted_at: now, updated_at: now });
    await recordAudit(tx, {
      action: "provider.deleted",
      target_type: "provider",
      target_id: id,
      before: presentProvider(before),
    });
    return undefined;
  });
}
