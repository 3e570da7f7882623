"use client";

import { FormField } from "@/components/form/form-shell";
import { Input } from "@/components/ui/input";
import { formatCount } from "@/lib/client/format";
import { type PriceDraft, priceOf, problemOf, sample, sampleCost } from "./price-draft";
import { bucketLabels, type PriceBucket, priceBuckets } from "./price-words";

interface PriceFieldsProps {
  draft: PriceDraft;
  onChange: (change: Partial<PriceDraft>) => void;
}

const optional: readonly PriceBucket[] = ["cached_input_per_mtok_usd", "cache_write_per_mtok_usd"];

const sampleWords = `${formatCount(sample.input + sample.cachedInput)} prompt tokens, ${formatCount(sample.cachedInput)} of them cached, and ${formatCount(sample.output)} completion tokens`;

/** The four buckets of a price, checked as one types, and what a call would cost. */
export function PriceFields({ draft, onChange }: PriceFieldsProps) {
  const price = priceOf(draft);
  return (
    <>
      <div className="grid grid-cols-2 gap-4">
        {priceBuckets.map((bucket) => (
          <FormField
            key={bucket}
            path={`price.${bucket}`}
            label={bucketLabels[bucket]}
            error={problemOf(draft[bucket]) ?? undefined}
          >
            {(control) => (
              <Input
                {...control}
                inputMode="decimal"
                autoComplete="off"
                placeholder={optional.includes(bucket) ? "As input" : "0.00"}
                className="h-9 text-sm tabular-nums"
                value={draft[bucket]}
                onChange={(event) => onChange({ [bucket]: event.target.value })}
              />
            )}
          </FormField>
        ))}
      </div>
      <p role="status" className="min-h-15 rounded-md bg-sunken px-3 py-2.5 text-sm">
        {price ? (
          <>
            A call of {sampleWords} costs <strong className="font-semibold tabular-nums">${sampleCost(price)}</strong>.
          </>
        ) : (
          <span className="text-muted">USD per million tokens. Input and output are needed.</span>
        )}
      </p>
    </>
  );
}
