/** A price as it is being written, what is wrong with it so far, and what it would charge. Pure; nothing here is a float. */
import type { Price } from "@/lib/models/queries";
import { type PriceInput, usdPerMtok } from "@/lib/models/schema";
import { costOf, formatUsd, parseUsd } from "@/lib/money";
import { type PriceBucket, priceBuckets } from "./price-words";

/** Text until it is sent; empty for a bucket without a price of its own. */
export type PriceDraft = Record<PriceBucket, string>;

export const noPrice: PriceDraft = {
  input_per_mtok_usd: "",
  cached_input_per_mtok_usd: "",
  cache_write_per_mtok_usd: "",
  output_per_mtok_usd: "",
};

const required: readonly PriceBucket[] = ["input_per_mtok_usd", "output_per_mtok_usd"];

export function priceDraftOf(price: Pick<Price, PriceBucket> | null): PriceDraft {
  if (!price) return noPrice;
  const texts = priceBuckets.map((bucket) => [bucket, price[bucket] ?? ""]);
  return { ...noPrice, ...Object.fromEntries(texts) };
}

/** What is wrong with one bucket as it stands; null for nothing, and for a bucket that nobody has come to yet. */
export function problemOf(text: string): string | null {
  const amount = text.trim();
  if (amount === "" || usdPerMtok.safeParse(amount).success) return null;
  return "Write an amount such as 2.50: digits, at most nine decimals, at most 1,000,000.";
}

/** The price as it is sent; null as long as it is not whole. */
export function priceOf(draft: PriceDraft): PriceInput | null {
  const text = (bucket: PriceBucket) => draft[bucket].trim();
  if (required.some((bucket) => text(bucket) === "")) return null;
  if (priceBuckets.some((bucket) => problemOf(draft[bucket]) !== null)) return null;
  return {
    input_per_mtok_usd: text("input_per_mtok_usd"),
    cached_input_per_mtok_usd: text("cached_input_per_mtok_usd") || null,
    cache_write_per_mtok_usd: text("cache_write_per_mtok_usd") || null,
    output_per_mtok_usd: text("output_per_mtok_usd"),
  };
}

export function isEmpty(draft: PriceDraft): boolean {
  return priceBuckets.every((bucket) => draft[bucket].trim() === "");
}

/** A call to picture a price by: its prompt is partly read from a cache. */
export const sample = { input: 8_000, cachedInput: 2_000, cacheWrite: 0, output: 1_000 };

/** What the sample call costs, exactly, in USD. */
export function sampleCost(price: PriceInput): string {
  const optional = (text: string | null | undefined) => (text ? parseUsd(text) : null);
  const cost = costOf(sample, {
    inputPerMtokNano: parseUsd(price.input_per_mtok_usd),
    cachedInputPerMtokNano: optional(price.cached_input_per_mtok_usd),
    cacheWritePerMtokNano: optional(price.cache_write_per_mtok_usd),
    outputPerMtokNano: parseUsd(price.output_per_mtok_usd),
  });
  return formatUsd(cost);
}
