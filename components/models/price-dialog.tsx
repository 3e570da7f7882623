"use client";

import { useQuery } from "@tanstack/react-query";
import { EditDialog } from "@/components/form/edit-dialog";
import { type Model, modelQuery, useUpdateModel } from "@/lib/models/queries";
import { priceDraftOf, priceOf } from "./price-draft";
import { PriceFields } from "./price-fields";

/** Sets what a model costs from now on; calls that have begun keep the price that they began with. */
export function PriceDialog({ target, onClose }: { target: Model; onClose: () => void }) {
  const { data: stored } = useQuery(modelQuery(target.id));
  return (
    <EditDialog
      title={`The price of ${target.name}`}
      lead="USD per million tokens, from now on. A price that is set by hand stays, whatever the list price becomes."
      what="model"
      target={target}
      stored={stored}
      update={useUpdateModel(target.id)}
      draftOf={({ price }) => priceDraftOf(price)}
      changeOf={(_base, draft) => {
        const price = priceOf(draft);
        return price && { price };
      }}
      fields={["price"]}
      submit="Set price"
      saidOf={({ name }) => `The price of ${name} is set`}
      onClose={onClose}
    >
      {({ draft, edit }) => <PriceFields draft={draft} onChange={edit} />}
    </EditDialog>
  );
}
