/**
 * Money as integer nano-USD (1 USD = 1,000,000,000). Leaf: anyone may import it. No floating point enters here.
 */

export type NanoUsd = bigint;

const nanoPerUsd = 1_000_000_000n;
const tokensPerMtok = 1_000_000n;
/** The largest amount a BIGINT column holds: about 9.2 billion USD. */
export const maxNano: NanoUsd = 9_223_372_036_854_775_807n;

/** What a USD amount looks like on the wire: digits, optionally a point and one to nine decimals. */
export const usdPattern = /^(0|[1-9]\d{0,9})(\.\d{1,9})?$/;

/** `"12.34"` → `12_340_000_000n`. Throws a RangeError for anything that `usdPattern` does not match or a column cannot hold. */
export function parseUsd(text: string): NanoUsd {
  const match = usdPattern.exec(text);
  if (!match?.[1]) throw new RangeError(`"${text.slice(0, 40)}" is not an amount in USD such as "12.34"`);
  const decimals = (match[2] ?? ".").slice(1).padEnd(9, "0");
  const nano = BigInt(match[1]) * nanoPerUsd + BigInt(decimals);
  if (nano > maxNano) throw new RangeError(`"${text}" is more than the largest amount, ${formatUsd(maxNano)}`);
  return nano;
}

/** `12_340_000_000n` → `"12.34"`: at least two decimals, at most nine, no rounding. */
export function formatUsd(nano: NanoUsd): string {
  const sign = nano < 0n ? "-" : "";
  const abs = nano < 0n ? -nano : nano;
  const decimals = (abs % nanoPerUsd)
    .toString()
    .padStart(9, "0")
    .replace(/0{1,7}$/, "");
  return `${sign}${abs / nanoPerUsd}.${decimals}`;
}

/** The smallest of some amounts; null where there are none. (Math.min takes no bigint.) */
export function smallestNano(amounts: readonly NanoUsd[]): NanoUsd | null {
  return amounts.reduce<NanoUsd | null>((least, amount) => (least === null || amount < least ? amount : least), null);
}

/** Tokens of one call by the bucket they are priced in. The buckets do not overlap. */
export interface TokenBuckets {
  /** Prompt tokens that were neither read from nor written to a cache. */
  input: number;
  cachedInput: number;
  cacheWrite: number;
  /** Completion tokens; reasoning tokens are among them. */
  output: number;
}

/** The buckets of a call's counts: cached and cache-write tokens are among the prompt's, reasoning tokens among the completion's. */
export function toBuckets(counts: {
  prompt: number;
  cached: number;
  cacheWrite: number;
  completion: number;
}): TokenBuckets {
  return {
    input: counts.prompt - counts.cached - counts.cacheWrite,
    cachedInput: counts.cached,
    cacheWrite: counts.cacheWrite,
    output: counts.completion,
  };
}

/** Prices in nano-USD per million tokens. A null bucket is charged as `input`. */
export interface Price {
  inputPerMtokNano: NanoUsd;
  cachedInputPerMtokNano: NanoUsd | null;
  cacheWritePerMtokNano: NanoUsd | null;
  outputPerMtokNano: NanoUsd;
}

/** What each bucket is charged at, in nano-USD per million tokens. */
export function bucketPrices(price: Price): Record<keyof TokenBuckets, NanoUsd> {
  return {
    input: price.inputPerMtokNano,
    cachedInput: price.cachedInputPerMtokNano ?? price.inputPerMtokNano,
    cacheWrite: price.cacheWritePerMtokNano ?? price.inputPerMtokNano,
    output: price.outputPerMtokNano,
  };
}

function weigh(tokens: TokenBuckets, price: Price): bigint {
  const { input, cachedInput, cacheWrite, output } = bucketPrices(price);
  return (
    BigInt(tokens.input) * input +
    BigInt(tokens.cachedInput) * cachedInput +
    BigInt(tokens.cacheWrite) * cacheWrite +
    BigInt(tokens.output) * output
  );
}

/** The exact cost of one bucket in USD, to the last of its up to fifteen decimals; a call's cost is the sum of these, rounded once. */
export function formatBucketCost(tokens: number, perMtokNano: NanoUsd): string {
  const weighed = BigInt(tokens) * perMtokNano;
  const decimals = (weighed % tokensPerMtok).toString().padStart(6, "0").replace(/0+$/, "");
  const whole = formatUsd(weighed / tokensPerMtok);
  if (decimals === "") return whole;
  const [dollars, cents = ""] = whole.split(".");
  return `${dollars}.${cents.padEnd(9, "0")}${decimals}`;
}

/** The exact cost of a call, rounded once, half up, to a whole nano-USD. */
export function costOf(tokens: TokenBuckets, price: Price): NanoUsd {
  return (weigh(tokens, price) + tokensPerMtok / 2n) / tokensPerMtok;
}

/** An upper bound for a call with at most `input` prompt and `output` completion tokens, whichever buckets they fall into. */
export function ceilingCost(input: number, output: number, price: Price): NanoUsd {
  const dearest = [
    price.inputPerMtokNano,
    price.cachedInputPerMtokNano ?? 0n,
    price.cacheWritePerMtokNano ?? 0n,
  ].reduce((a, b) => (a > b ? a : b));
  const weighed = BigInt(input) * dearest + BigInt(output) * price.outputPerMtokNano;
  return (weighed + tokensPerMtok - 1n) / tokensPerMtok;
}
