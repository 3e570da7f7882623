"use client";

import { useQuery } from "@tanstack/react-query";
import { ConfirmDeed } from "@/components/form/confirm-deed";
import { FactList } from "@/components/ui/fact-list";
import { type Model, modelPricesQuery, useUpdateModel } from "@/lib/models/queries";
import { BucketPrice } from "./model-facts";
import { bucketLabels, priceBuckets } from "./price-words";

/** Gives up a price that was set by hand for the list price, which it then follows. */
export function ListPriceDialog({ target, onClose }: { target: Model; onClose: () => void }) {
  const { data, error } = useQuery(modelPricesQuery(target.id));
  return (
    <ConfirmDeed
      deed={useUpdateModel(target.id)}
      order={{ change: { price: null }, version: target.version }}
      title={`Use the list price of ${target.name}?`}
      action="Use list price"
      tone="primary"
      isBlocked={!data?.list}
      said={`${target.name} has its list price`}
      onClose={onClose}
    >
      <div className="min-h-40 space-y-4">
        {data?.list ? (
          <>
            <FactList
              className="grid-cols-2 p-0"
              facts={priceBuckets.map((bucket) => ({
                term: bucketLabels[bucket],
                value: <BucketPrice price={data.list} bucket={bucket} />,
              }))}
            />
            <p className="text-muted">
              USD per million tokens, from now on. The price set by hand stays in the history, and the model follows the
              list price again.
            </p>
          </>
        ) : (
          <p className="text-muted">
            {data ? "No list price is known for this model." : (error?.message ?? "Looking the list price up…")}
          </p>
        )}
      </div>
    </ConfirmDeed>
  );
}
