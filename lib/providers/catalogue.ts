/**
 * Brings what the product ships into the database at each start: the built-in catalogue, and the simulator where it runs.
 * Called by lib/boot; safe in any number of processes at once, and safe to repeat while running, which applies list prices
 * that take effect on a certain day.
 *
 * Shipped things are only ever added. What an admin deleted stays deleted, what an admin changed stays changed, a price that
 * an admin set stays in force, and a provider that an admin made under a built-in name is left alone.
 */
import { recordAudit } from "@/lib/audit/record";
import { type Context, withTransaction } from "@/lib/context";
import { newId } from "@/lib/ids";
import { type NewModel, refreshListPrices, syncShippedModels } from "@/lib/models/service";
import { simulatorModels } from "@/lib/simulator/models";
import { type CatalogueProvider, catalogue } from "./catalogue-data";
import { defaultCredential, openKey, putDefaultKey } from "./credentials";
import * as store from "./store";

export interface CatalogueChanges {
  providers: string[];
  /** As `provider/name`. */
  models: string[];
  /** How many models have a new price. */
  prices: number;
}

async function insertShipped(ctx: Context, shipped: Omit<CatalogueProvider, "models">): Promise<store.ProviderRow> {
  const now = new Date(ctx.clock.now());
  const id = newId("provider", now.getTime());
  const { name, display_name, base_url } = shipped;
  return store.insertProvider(ctx.db, {
    ...{ id, name, display_name, base_url },
    ...{ builtin: true, created_at: now, updated_at: now },
  });
}

/** The row of a shipped provider, made if its name was never used; null where it is an admin's, or deleted by one. */
async function findOrInsert(
  ctx: Context,
  shipped: Omit<CatalogueProvider, "models">,
): Promise<{ row: store.ProviderRow; isNew: boolean } | null> {
  await store.lockProvider(ctx.db, { name: shipped.name });
  const row = await store.findProviderByName(ctx.db, shipped.name);
  if (!row) return { row: await insertShipped(ctx, shipped), isNew: true };
  return row.builtin && !row.deleted_at ? { row, isNew: false } : null;
}

async function bringIn(
  ctx: Context,
  shipped: CatalogueProvider,
  changes: CatalogueChanges,
): Promise<store.ProviderRow | null> {
  const found = await findOrInsert(ctx, shipped);
  if (!found) return null;
  if (found.isNew) changes.providers.push(shipped.name);
  const { added, priced } = await syncShippedModels(ctx, found.row, shipped.models);
  changes.models.push(...added.map((name) => `${shipped.name}/${name}`));
  changes.prices += priced.length;
  return found.row;
}

async function recordChanges(ctx: Context, changes: CatalogueChanges): Promise<void> {
  if (changes.providers.length + changes.models.length + changes.prices === 0) return;
  await recordAudit(ctx, { action: "catalogue.loaded", details: { ...changes } });
}

/**
 * Loads the built-in catalogue and offers every model, whoever added it, the list price of today. Idempotent. `shipped`
 * stands in for the catalogue in tests.
 */
export function loadCatalogue(
  ctx: Context,
  shipped: readonly CatalogueProvider[] = catalogue,
): Promise<CatalogueChanges> {
  return withTransaction(ctx, async (tx) => {
    await store.lockCatalogue(tx.db);
    const changes: CatalogueChanges = { providers: [], models: [], prices: 0 };
    for (const provider of shipped) await bringIn(tx, provider, changes);
    changes.prices += (await refreshListPrices(tx)).length;
    await recordChanges(tx, changes);
    return changes;
  });
}

// What cannot be opened (its encryption key left the ring) is as good as none: the caller has the key at hand.
async function holdsKey(ctx: Context, providerId: string, apiKey: string): Promise<boolean> {
  const sealed = await store.findSealed(ctx.db, providerId, { name: defaultCredential });
  if (!sealed) return false;
  try {
    return openKey(sealed) === apiKey;
  } catch {
    return false;
  }
}

const simulator = { name: "simulator", display_name: "Simulator" };
const simulatedModels: readonly NewModel[] = simulatorModels.map((model) => ({ ...model, builtin: true }));

async function refreshAccess(
  ctx: Context,
  row: store.ProviderRow,
  given: { baseUrl: string; apiKey: string },
): Promise<void> {
  const isKnown = await holdsKey(ctx, row.id, given.apiKey);
  if (isKnown && row.base_url === given.baseUrl) return;
  if (!isKnown) await putDefaultKey(ctx, row.id, given.apiKey);
  const updated_at = new Date(ctx.clock.now());
  await store.updateProvider(ctx.db, row.id, { base_url: given.baseUrl, updated_at });
  await recordAudit(ctx, {
    action: "provider.updated",
    target_type: "provider",
    target_id: row.id,
    before: { base_url: row.base_url },
    after: { base_url: given.baseUrl },
    ...(isKnown ? {} : { details: { api_key: "set" } }),
  });
}

/**
 * Registers the simulator that this process runs: `baseUrl` (its port may differ at each start) and its key are brought up to
 * date; models and prices as for the catalogue. Returns the provider's id, or null where an admin deleted the simulator or
 * made a provider of that name.
 */
export function registerSimulator(ctx: Context, given: { baseUrl: string; apiKey: string }): Promise<string | null> {
  return withTransaction(ctx, async (tx) => {
    await store.lockCatalogue(tx.db);
    const shipped: CatalogueProvider = { ...simulator, base_url: given.baseUrl, models: simulatedModels };
    const changes: CatalogueChanges = { providers: [], models: [], prices: 0 };
    const row = await bringIn(tx, shipped, changes);
    if (!row) return null;
    await recordChanges(tx, changes);
    await refreshAccess(tx, row, given);
    return row.id;
  });
}
