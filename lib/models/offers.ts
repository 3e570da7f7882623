/** How a price comes into force: by being offered. Part of the models domain; called inside its transactions. */
import { type Context, createdBy } from "@/lib/context";
import type { ModelPrice } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";
import { findListedModel, type PriceFields } from "./price-data";
import { isSamePrice } from "./prices";
import type { ModelKind, PriceSource } from "./schema";
import * as store from "./store";

interface OfferedPrice {
  modelId: string;
  price: PriceFields;
  source: PriceSource;
  /** An admin asks for it: it supersedes a manual one, whatever its source. */
  isAsked?: true;
}

function isAccepted({ price, source, isAsked }: OfferedPrice, inForce: ModelPrice | undefined): boolean {
  if (!inForce) return true;
  const isOwn = inForce.source === "manual" && source !== "manual";
  // One that charges the same still counts, for from now on it follows the list.
  return isOwn ? isAsked === true : !isSamePrice(inForce, price);
}

/**
 * Adds those of the offered prices that differ from the one in force; a catalogue price supersedes a manual one only if it is asked
 * for. Returns the ids of the models whose price changed.
 */
export async function offerPrices(ctx: Context, offers: readonly OfferedPrice[]): Promise<string[]> {
  const ids = offers.map((offer) => offer.modelId);
  await store.lockModels(ctx.db, ids);
  const [current, now] = [await store.findCurrentPrices(ctx.db, ids), await store.readDatabaseTime(ctx.db)];
  const accepted = offers.filter((offer) => isAccepted(offer, current.get(offer.modelId)));
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

function listedPrice(ctx: Pick<Context, "clock">, row: store.ModelRow): PriceFields | null {
  return findListedModel(row.provider, row.upstream_name, row.kind as ModelKind, ctx.clock.now())?.price ?? null;
}

/** The list price of a model; null where nobody knows one. The price data does not know all that is shipped: then it is the one shipped last. */
export async function findListPrice(ctx: Context, row: store.ModelRow): Promise<PriceFields | null> {
  return listedPrice(ctx, row) ?? (row.builtin ? store.findNewestPrice(ctx.db, row.id, "catalogue") : null);
}

/** Offers today's list price to each of these models that the price data knows. */
export function offerListPrices(ctx: Context, rows: readonly store.ModelRow[]): Promise<string[]> {
  const offers = rows.flatMap((row) => {
    const price = listedPrice(ctx, row);
    return price ? [{ modelId: row.id, price, source: "catalogue" as const }] : [];
  });
  return offerPrices(ctx, offers);
}
