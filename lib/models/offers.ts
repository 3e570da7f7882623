/** How a price comes into force: by being offered. Part of the models domain; called inside its transactions. */
import { type Context, createdBy } from "@/lib/context";
import { newId } from "@/lib/ids";
import { findListedModel, type PriceFields } from "./price-data";
import { isSamePrice } from "./prices";
import type { ModelKind, PriceSource } from "./schema";
import * as store from "./store";

interface OfferedPrice {
  modelId: string;
  price: PriceFields;
  source: PriceSource;
}

/**
 * Adds those of the offered prices that differ from the one in force; a catalogue price never supersedes a manual one.
 * Returns the ids of the models whose price changed.
 */
export async function offerPrices(ctx: Context, offers: readonly OfferedPrice[]): Promise<string[]> {
  const ids = offers.map((offer) => offer.modelId);
  await store.lockModels(ctx.db, ids);
  const [current, now] = [await store.findCurrentPrices(ctx.db, ids), await store.readDatabaseTime(ctx.db)];
  const accepted = offers.filter(({ modelId, price, source }) => {
    const inForce = current.get(modelId);
    if (!inForce) return true;
    return !isSamePrice(inForce, price) && (source === "manual" || inForce.source !== "manual");
  });
  const rows = accepted.map(({ modelId, price, source }) => {
    // Strictly later than the one before, so that which is the newest is never a matter of luck.
    const after = (current.get(modelId)?.valid_from.getTime() ?? 0) + 1;
    const valid_from = new Date(Math.max(now.getTime(), after));
    return {
      ...price,
      id: newId("price", ctx.clock.now()),
      model_id: modelId,
      source,
      created_by: createdBy(ctx),
      valid_from,
    };
  });
  await store.insertPrices(ctx.db, rows);
  return accepted.map((offer) => offer.modelId);
}

/** Offers the shipped list price to each of these models that the price data knows. */
export function offerListPrices(ctx: Context, rows: readonly store.ModelRow[]): Promise<string[]> {
  const offers = rows.flatMap((row) => {
    const listed = findListedModel(row.provider, row.upstream_name, row.kind as ModelKind, ctx.clock.now());
    return listed?.price ? [{ modelId: row.id, price: listed.price, source: "catalogue" as const }] : [];
  });
  return offerPrices(ctx, offers);
}
