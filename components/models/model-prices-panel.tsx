"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { Alert } from "@/components/ui/alert";
import { StackedTable } from "@/components/ui/stacked-table";
import { Time } from "@/components/ui/time";
import { type Model, modelPricesQuery } from "@/lib/models/queries";
import { BucketPrice } from "./model-facts";
import { bucketLabels, priceBuckets, sourceWords } from "./price-words";

const columns = [
  { header: "In force from" },
  ...priceBuckets.map((bucket) => ({ header: bucketLabels[bucket], numeric: true as const })),
  { header: "Source" },
];

/** What the model costs, and what it cost before. */
export function ModelPricesPanel({ of: model }: { of: Model }) {
  const query = useQuery(modelPricesQuery(model.id));
  return (
    <QueryPanel
      title="Prices"
      hint="USD per million tokens; the first is in force"
      query={query}
      lines={3}
      isEmpty={({ price_known }) => !price_known}
      empty={
        <div className="p-4">
          <Alert tone="warn">
            Nobody knows what this model costs. Calls to it are refused, or charged at the ceiling price, as the
            settings say. Set a price to have them charged for what they are.
          </Alert>
        </div>
      }
    >
      {({ history }) => (
        <StackedTable
          label="Prices of this model"
          columns={columns}
          rows={history.map((price) => ({
            key: price.id,
            cells: [
              <Time key="time" value={price.valid_from} />,
              ...priceBuckets.map((bucket) => <BucketPrice key={bucket} price={price} bucket={bucket} />),
              <span key="source">
                {sourceWords[price.source]}
                {price.source === "manual" ? (
                  <span className="block text-xs break-all text-muted">by {price.created_by}</span>
                ) : null}
              </span>,
            ],
          }))}
        />
      )}
    </QueryPanel>
  );
}
