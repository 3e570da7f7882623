/** Prices between wire (USD text), rows (nano) and comparison. Pure; part of the models domain. */
import type { ModelPrice } from "@/lib/db/generated/client";
import { formatUsd, parseUsd } from "@/lib/money";
import type { PriceFields } from "./price-data";
import type { PriceInput, PriceSource } from "./schema";

/** A price as the wire shows it. */
export interface PriceTexts {
  input_per_mtok_usd: string;
  cached_input_per_mtok_usd: string | null;
  cache_write_per_mtok_usd: string | null;
  output_per_mtok_usd: string;
}

/** A price in force, as the wire shows it. */
export interface PriceView extends PriceTexts {
  source: PriceSource;
  valid_from: Date;
}

const parseOptional = (text: string | null | undefined) => (text == null ? null : parseUsd(text));
const formatOptional = (nano: bigint | null) => (nano === null ? null : formatUsd(nano));

export function parsePrice(input: PriceInput): PriceFields {
  return {
    input_per_mtok_nano: parseUsd(input.input_per_mtok_usd),
    cached_input_per_mtok_nano: parseOptional(input.cached_input_per_mtok_usd),
    cache_write_per_mtok_nano: parseOptional(input.cache_write_per_mtok_usd),
    output_per_mtok_nano: parseUsd(input.output_per_mtok_usd),
  };
}

export function formatPrice(price: PriceFields): PriceTexts {
  return {
    input_per_mtok_usd: formatUsd(price.input_per_mtok_nano),
    cached_input_per_mtok_usd: formatOptional(price.cached_input_per_mtok_nano),
    cache_write_per_mtok_usd: formatOptional(price.cache_write_per_mtok_nano),
    output_per_mtok_usd: formatUsd(price.output_per_mtok_nano),
  };
}

export function presentPrice(row: ModelPrice): PriceView {
  return { ...formatPrice(row), source: row.source as PriceSource, valid_from: row.valid_from };
}

/** Whether two prices charge the same for the same tokens, bucket by bucket. */
export function isSamePrice(a: PriceFields, b: PriceFields): boolean {
  return (
    a.input_per_mtok_nano === b.input_per_mtok_nano &&
    a.cached_input_per_mtok_nano === b.cached_input_per_mtok_nano &&
    a.cache_write_per_mtok_nano === b.cache_write_per_mtok_nano &&
    a.output_per_mtok_nano === b.output_per_mtok_nano
  );
}
