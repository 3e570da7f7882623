/**
 * Models: what callers may name, at which provider it is served and what it costs. Prices are rows added and never
 * changed; the newest is in force, and a model without one has an unknown price, which is never zero.
 * Routes and lib/providers call this; nothing else touches the rows.
 *
 * A deleted model keeps its row, because usage events name it and because the catalogue must not bring it back. Adding a
 * model of the same name revives that row with fresh fields; its price history stays with it.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { changedFields, recordAudit } from "@/lib/audit/record";
import type { Reach } from "@/lib/authz/permissions";
import { type Context, requireReach, requireVersion, withTransaction } from "@/lib/context";
import type { Model, ModelPrice } from "@/lib/db/generated/client";
import { AppError, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { findListPrice, offerListPrices, offerPrices } from "./offers";
import { findListedModel, guessKind, type ListedModel } from "./price-data";
import { formatPrice, type PriceTexts, type PriceView, parsePrice, presentPrice } from "./prices";
import {
  type CreateModelInput,
  type ListModelsQuery,
  type ModelKind,
  modelSorts,
  type PriceSource,
  type UpdateModelInput,
} from "./schema";
import * as store from "./store";

const shownPrices = 200;

/** Where a model is served, as far as its price depends on it. */
export interface ModelHome {
  id: string;
  name: string;
  base_url: string;
}

export type ModelView = Omit<Model, "deleted_at" | "kind"> & {
  kind: ModelKind;
  provider: string;
  price: PriceView | null;
  price_known: boolean;
};

export type PriceEntry = PriceView & { id: string; created_by: string };

function presentModel(row: store.ModelRow, price: ModelPrice | undefined): ModelView {
  const { deleted_at: _deleted, provider, ...fields } = row;
  return {
    ...fields,
    kind: row.kind as ModelKind,
    provider: provider.name,
    price: price ? presentPrice(price) : null,
    price_known: price !== undefined,
  };
}

async function presentModels(ctx: Context, rows: store.ModelRow[]): Promise<ModelView[]> {
  const ids = rows.map((row) => row.id);
  const prices = await store.findCurrentPrices(ctx.db, ids);
  return rows.map((row) => presentModel(row, prices.get(row.id)));
}

async function getView(ctx: Context, reach: Reach, id: string): Promise<ModelView> {
  const row = await store.findModel(reach, ctx.db, id);
  const [view] = row ? await presentModels(ctx, [row]) : [];
  if (!view) throw notFound();
  return view;
}

export function getModel(ctx: Context, id: string): Promise<ModelView> {
  return getView(ctx, requireReach(ctx, "models.read"), id);
}

export async function listModels(ctx: Context, query: ListModelsQuery): Promise<Page<ModelView>> {
  const { provider_id: providerId, kind, enabled, price_known: isPriced, q } = query;
  const [page, filter] = [keyset(query, modelSorts), { providerId, kind, enabled, isPriced, q }];
  const rows = await store.listModels(requireReach(ctx, "models.read"), ctx.db, filter, page);
  return toPage(await presentModels(ctx, rows), query);
}

export type ModelCounts = store.ModelCounts;

/** How many models each of these providers has; one that has none is absent. */
export function countModels(ctx: Context, providerIds: readonly string[]): Promise<Map<string, ModelCounts>> {
  return store.countModels(requireReach(ctx, "models.read"), ctx.db, providerIds);
}

interface ModelPrices {
  model_id: string;
  price_known: boolean;
  current: PriceEntry | null;
  list: PriceTexts | null;
  history: PriceEntry[];
}

/** The price in force and those before it, newest first, at most 200; and what the list says. */
export async function getModelPrices(ctx: Context, id: string): Promise<ModelPrices> {
  const row = await store.findModel(requireReach(ctx, "models.read"), ctx.db, id);
  if (!row) throw notFound();
  const listed = await findListPrice(ctx, row);
  const rows = await store.listPrices(ctx.db, id, shownPrices);
  const history = rows.map((price) => ({ ...presentPrice(price), id: price.id, created_by: price.created_by }));
  const [current = null] = history;
  return { model_id: id, price_known: current !== null, current, list: listed && formatPrice(listed), history };
}

export interface NewModel extends Partial<Omit<CreateModelInput, "name">> {
  name: string;
  builtin?: boolean;
}

function fieldsOf(model: NewModel, kind: ModelKind, listed: ListedModel | null, now: Date) {
  return {
    upstream_name: model.upstream_name ?? model.name,
    display_name: model.display_name ?? null,
    kind,
    enabled: model.enabled ?? true,
    builtin: model.builtin ?? false,
    max_input_tokens: model.max_input_tokens ?? listed?.contextTokens ?? null,
    max_output_tokens: model.max_output_tokens ?? null,
    deleted_at: null,
    created_at: now,
    updated_at: now,
  };
}

/**
 * Adds models to a provider, each with its given price (of `source`), else the list price if it is known, else none.
 * Joins the caller's transaction, which also writes the audit row. A name that is in use is a conflict.
 */
export async function addModels(
  ctx: Context,
  home: ModelHome,
  models: readonly NewModel[],
  source: PriceSource = "manual",
): Promise<ModelView[]> {
  const names = models.map((model) => model.name);
  const former = new Map((await store.findModelsByName(ctx.db, home.id, names)).map((row) => [row.name, row]));
  const taken = names.find((name) => former.get(name)?.deleted_at === null);
  if (taken) throw new AppError("conflict", `This provider already has a model "${taken}". Change that one instead.`);
  const now = new Date(ctx.clock.now());
  const made = models.map((model) => {
    const kind = model.kind ?? guessKind(model.name);
    const listed = findListedModel(home, model.upstream_name ?? model.name, kind, now.getTime());
    return { name: model.name, fields: fieldsOf(model, kind, listed, now) };
  });
  for (const { name, fields } of made) {
    const row = former.get(name);
    if (row) await store.updateModel(ctx.db, row.id, fields);
  }
  const fresh = made.filter(({ name }) => !former.has(name));
  const ids = { provider_id: home.id };
  await store.insertModels(
    ctx.db,
    fresh.map(({ name, fields }) => ({ ...fields, ...ids, name, id: newId("model", now.getTime()) })),
  );
  const rows = await store.findModelsByName(ctx.db, home.id, names);
  await offerGivenPrices(ctx, rows, models, source);
  return presentModels(ctx, rows);
}

async function offerGivenPrices(
  ctx: Context,
  rows: readonly store.ModelRow[],
  models: readonly NewModel[],
  source: PriceSource,
): Promise<void> {
  const given = new Map(models.flatMap((model) => (model.price ? [[model.name, model.price] as const] : [])));
  await offerListPrices(
    ctx,
    rows.filter((row) => !given.has(row.name)),
  );
  await offerPrices(
    ctx,
    rows.flatMap((row) => {
      const price = given.get(row.name);
      return price ? [{ modelId: row.id, price: parsePrice(price), source }] : [];
    }),
  );
}

/** Adds one model and tells the audit log. */
export async function createModel(ctx: Context, home: ModelHome, input: NewModel): Promise<ModelView> {
  const [model] = await addModels(ctx, home, [input]);
  if (!model) throw new Error("the model that was just added is gone");
  await recordAudit(ctx, { action: "model.created", target_type: "model", target_id: model.id, after: model });
  return model;
}

/** Changes a model; a price is added to its history unless it equals the one in force. */
export function updateModel(
  ctx: Context,
  id: string,
  input: UpdateModelInput,
  ifVersion: number | null,
): Promise<ModelView> {
  return withTransaction(ctx, async (tx) => {
    const reach = requireReach(tx, "models.write");
    await store.lockModels(tx.db, [id]);
    const before = await getView(tx, reach, id);
    requireVersion(before, ifVersion);
    const { price, ...fields } = input;
    const isPriced = await changePrice(tx, reach, id, input);
    if (!isPriced && Object.keys(fields).length === 0) return before;
    await store.updateModel(tx.db, id, { ...fields, updated_at: new Date(tx.clock.now()) });
    const after = await getView(tx, reach, id);
    const change = changedFields(before, after);
    await recordAudit(tx, { action: "model.updated", target_type: "model", target_id: id, ...change });
    return after;
  });
}

const hasChanged = (modelIds: readonly string[]) => modelIds.length > 0;

/** Sets the given price, or for null the list price. Without either, what is called upstream decides the list price. */
async function changePrice(ctx: Context, reach: Reach, id: string, input: UpdateModelInput): Promise<boolean> {
  const { price, upstream_name, kind } = input;
  const offer = { modelId: id, isAsked: true as const };
  if (price) return hasChanged(await offerPrices(ctx, [{ ...offer, price: parsePrice(price), source: "manual" }]));
  const row = price === null || upstream_name ? await store.findModel(reach, ctx.db, id) : null;
  if (!row) return false;
  const called = { ...row, upstream_name: upstream_name ?? row.upstream_name, kind: kind ?? row.kind };
  if (price === undefined) return hasChanged(await offerListPrices(ctx, [called]));
  const listed = await findListPrice(ctx, called);
  if (!listed) throw new AppError("conflict", `No list price is known for ${called.upstream_name}.`);
  return hasChanged(await offerPrices(ctx, [{ ...offer, price: listed, source: "catalogue" }]));
}

/** Takes a model out of service for good; its row stays, see above. */
export function deleteModel(ctx: Context, id: string): Promise<undefined> {
  return withTransaction(ctx, async (tx) => {
    const reach = requireReach(tx, "models.write");
    await store.lockModels(tx.db, [id]);
    const model = await getView(tx, reach, id);
    await store.deleteModels(tx.db, { id }, new Date(tx.clock.now()));
    await recordAudit(tx, { action: "model.deleted", target_type: "model", target_id: id, before: model });
    return undefined;
  });
}

/** Deletes all models of a provider that is being deleted, in the caller's transaction. */
export function deleteModelsOf(ctx: Context, providerId: string): Promise<void> {
  return store.deleteModels(ctx.db, { provider_id: providerId }, new Date(ctx.clock.now()));
}

/**
 * Brings the shipped models of a provider in: adds those that it never had and offers their prices to those that it has.
 * Deleted ones stay deleted, edits stay. Joins the caller's transaction.
 */
export async function syncShippedModels(
  ctx: Context,
  home: ModelHome,
  shipped: readonly NewModel[],
): Promise<{ added: string[]; priced: string[] }> {
  const names = shipped.map((model) => model.name);
  const rows = await store.findModelsByName(ctx.db, home.id, names);
  const known = new Set(rows.map((row) => row.name));
  const missing = shipped.filter((model) => !known.has(model.name));
  if (missing.length > 0)
    await addModels(
      ctx,
      home,
      missing.map((model) => ({ ...model, builtin: true })),
      "catalogue",
    );
  const priced = await offerPrices(
    ctx,
    rows.flatMap((row) => {
      const price = row.deleted_at === null ? shipped.find((model) => model.name === row.name)?.price : undefined;
      return price ? [{ modelId: row.id, price: parsePrice(price), source: "catalogue" as const }] : [];
    }),
  );
  return { added: missing.map((model) => model.name), priced };
}

/** Offers every model the list price of today's price data, wherever no admin has set one. Returns the ids of those repriced. */
export async function refreshListPrices(ctx: Context): Promise<string[]> {
  return offerListPrices(ctx, await store.listAllModels(ctx.db));
}
