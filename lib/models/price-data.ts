/**
 * List prices without a network: what `@pydantic/genai-prices` ships in its package. Its `calcPrice` and `findProvider`
 * are synchronous and read the bundled data; only its `updatePrices`, which nothing here calls, would fetch newer data.
 * Used by this domain's service alone.
 */
import { calcPrice, findProvider, type ModelInfo, type ModelPrice } from "@pydantic/genai-prices";
import type { NanoUsd } from "@/lib/money";
import type { ModelKind } from "./schema";

/** In nano-USD per million tokens, named as in the rows. */
export interface PriceFields {
  input_per_mtok_nano: NanoUsd;
  cached_input_per_mtok_nano: NanoUsd | null;
  cache_write_per_mtok_nano: NanoUsd | null;
  output_per_mtok_nano: NanoUsd;
}

export interface ListedModel {
  /** The model's context window in tokens. */
  contextTokens: number | null;
  /** Null where the data names the model without a price per token. */
  price: PriceFields | null;
}

/** Providers that the data knows by another name than ours. */
const dataIds = new Map([["xai", "x-ai"]]);

/**
 * A decimal that the data holds as a number → nano, exactly: `0.075` → `75_000_000n`. The number is taken by its shortest
 * decimal text, which is what its author wrote, and no arithmetic is done on it. Digits beyond the ninth decimal (artefacts
 * of somebody's division) are rounded half up.
 */
export function nanoOfDecimal(value: number): NanoUsd {
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (!match?.[1]) throw new RangeError(`${value} is not an amount`);
  const [, whole, fraction = "", exponent = "0"] = match;
  const digits = BigInt(whole + fraction);
  const scale = 9n + BigInt(exponent) - BigInt(fraction.length);
  if (scale >= 0n) return digits * 10n ** scale;
  const divisor = 10n ** -scale;
  return (digits + divisor / 2n) / divisor;
}

type Amount = ModelPrice[string];

/** The dearest tier of one bucket, or null where it has no price. */
function dearestTier(amount: Amount): NanoUsd | null {
  if (amount === undefined) return null;
  const tiers = typeof amount === "number" ? [amount] : [amount.base, ...amount.tiers.map((tier) => tier.price)];
  return dearest(tiers.map(nanoOfDecimal));
}

function dearest(amounts: readonly NanoUsd[]): NanoUsd {
  let highest = 0n;
  for (const amount of amounts) if (amount > highest) highest = amount;
  return highest;
}

/** The dearest of a bucket over several prices; null as soon as one of them lacks it. */
function dearestOf(prices: readonly ModelPrice[], bucket: string): NanoUsd | null {
  const amounts = prices.map((price) => dearestTier(price[bucket]));
  return amounts.includes(null) ? null : dearest(amounts.flatMap((amount) => amount ?? []));
}

/** The instants of this UTC day at which a price by time of day may change, and now. */
function instantsToAsk(model: ModelInfo, nowMs: number): Date[] {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const borders = (Array.isArray(model.prices) ? model.prices : []).flatMap(({ constraint }) =>
    constraint?.type === "time_of_date" ? [constraint.start_time, constraint.end_time] : [],
  );
  return [new Date(nowMs), ...borders.map((time) => new Date(`${today}T${time}`))];
}

function toPriceFields(prices: readonly ModelPrice[], kind: ModelKind): PriceFields | null {
  const input = dearestOf(prices, "input_mtok");
  // Only what produces no tokens may have no price for them.
  const output = dearestOf(prices, "output_mtok") ?? (kind === "embedding" ? 0n : null);
  if (input === null || output === null) return null;
  return {
    input_per_mtok_nano: input,
    cached_input_per_mtok_nano: dearestOf(prices, "cache_read_mtok"),
    cache_write_per_mtok_nano: dearestOf(prices, "cache_write_mtok"),
    output_per_mtok_nano: output,
  };
}

/** The data's id of a provider: by where it is served, else by exactly our name for it. */
function dataIdOf(provider: { name: string; base_url: string }): string | null {
  const byAddress = findProvider({ providerApiUrl: provider.base_url });
  if (byAddress) return byAddress.id;
  const id = dataIds.get(provider.name) ?? provider.name;
  // The library would also match names that merely resemble one.
  return findProvider({ providerId: id })?.id === id ? id : null;
}

/** What a model's name says of its kind. */
export function guessKind(name: string): ModelKind {
  return /embed/i.test(name) ? "embedding" : "chat";
}

/**
 * The list price and context window of a model at `nowMs` (milliseconds since the epoch), or null where the data does not
 * know it. Where a price has tiers (by prompt length) or depends on the time of day, every bucket is at its dearest: an upper
 * bound, so that a budget is never charged less than the provider will bill. Text tokens and the five-minute cache only:
 * surcharges for audio, searches and longer caches are not in it.
 */
export function findListedModel(
  provider: { name: string; base_url: string },
  upstreamName: string,
  kind: ModelKind,
  nowMs: number,
): ListedModel | null {
  const providerId = dataIdOf(provider);
  const priceAt = (timestamp: Date) =>
    providerId === null ? null : calcPrice({}, upstreamName, { providerId, timestamp });
  const found = priceAt(new Date(nowMs));
  if (!found) return null;
  const prices: ModelPrice[] = [];
  for (const instant of instantsToAsk(found.model, nowMs)) prices.push(priceAt(instant)?.model_price ?? {});
  return { contextTokens: found.model.context_window ?? null, price: toPriceFields(prices, kind) };
}
