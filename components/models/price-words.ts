/** Prices and where they come from, in words. Pure. */
import { formatQuantity } from "@/lib/client/format";
import type { Price } from "@/lib/models/queries";
import type { PriceSource } from "@/lib/models/schema";

export const priceBuckets = [
  "input_per_mtok_usd",
  "cached_input_per_mtok_usd",
  "cache_write_per_mtok_usd",
  "output_per_mtok_usd",
] as const;
export type PriceBucket = (typeof priceBuckets)[number];

export const bucketLabels: Record<PriceBucket, string> = {
  input_per_mtok_usd: "Input",
  cached_input_per_mtok_usd: "Cached input",
  cache_write_per_mtok_usd: "Cache write",
  output_per_mtok_usd: "Output",
};

export const sourceWords: Record<PriceSource, string> = { catalogue: "List price", manual: "Set by hand" };

const dayMs = 86_400_000;

/** How long ago something came into force: `today`, `43 days`. */
export function ageOf(iso: string, nowMs: number): string {
  const days = Math.floor((nowMs - Date.parse(iso)) / dayMs);
  return days < 1 ? "today" : formatQuantity(days, "day");
}

/** Every digit of a price, and how an absent one is charged. */
export function bucketText(price: Pick<Price, PriceBucket>, bucket: PriceBucket): string | null {
  const usd = price[bucket];
  return usd === null ? null : `$${usd}`;
}
