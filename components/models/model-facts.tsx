"use client";

import Link from "next/link";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { formatCount } from "@/lib/client/format";
import type { Model, Price } from "@/lib/models/queries";
import { providerPath } from "@/lib/paths";
import { ageOf, bucketText, type PriceBucket, sourceWords } from "./price-words";

export function ModelState({ enabled }: Pick<Model, "enabled">) {
  return enabled ? <Badge tone="ok">on</Badge> : <Badge>off</Badge>;
}

/** Where the price in force comes from; a model without any stands out. */
export function PriceOrigin({ price }: Pick<Model, "price">) {
  if (!price) return <Badge tone="warn">No price</Badge>;
  return <span className="whitespace-nowrap">{sourceWords[price.source]}</span>;
}

/** How long a price has been in force. */
export function PriceAge({ price }: { price: Pick<Price, "valid_from"> | null }) {
  const [nowMs] = useState(() => Date.now());
  if (!price) return "refused, or at the ceiling";
  const age = ageOf(price.valid_from, nowMs);
  return (
    <span className="whitespace-nowrap" title={`In force since ${price.valid_from}`}>
      {age === "today" ? "since today" : `for ${age}`}
    </span>
  );
}

/** One bucket's price in USD per million tokens, to its last digit. */
export function BucketPrice({ price, bucket }: { price: Pick<Price, PriceBucket> | null; bucket: PriceBucket }) {
  if (!price) return <span className="text-muted">–</span>;
  return bucketText(price, bucket) ?? <span className="text-muted">as input</span>;
}

function tokens(count: number | null, what: string): string {
  return count === null ? `no ${what} limit` : `${formatCount(count)} ${what}`;
}

export function InputLimit({ max_input_tokens }: Pick<Model, "max_input_tokens">) {
  return <span className="whitespace-nowrap tabular-nums">{tokens(max_input_tokens, "in")}</span>;
}

export function OutputLimit({ max_output_tokens }: Pick<Model, "max_output_tokens">) {
  return <span className="whitespace-nowrap tabular-nums">{tokens(max_output_tokens, "out")}</span>;
}

export function ProviderLink({ provider, provider_id }: Pick<Model, "provider" | "provider_id">) {
  return (
    <Link href={providerPath(provider_id)} className="relative text-accent underline">
      {provider}
    </Link>
  );
}
