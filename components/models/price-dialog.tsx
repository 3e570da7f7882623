"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormShell } from "@/components/form/form-shell";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { type Model, modelQuery, useUpdateModel } from "@/lib/models/queries";
import { priceDraftOf, priceOf } from "./price-draft";
import { PriceFields } from "./price-fields";

/** Sets what a model costs from now on; calls that have begun keep the price that they began with. */
export function PriceDialog({ target, onClose }: { target: Model; onClose: () => void }) {
  const [base, setBase] = useState(target);
  const [draft, setDraft] = useState(() => priceDraftOf(target.price));
  const { data: stored } = useQuery(modelQuery(target.id));
  const [update, tell] = [useUpdateModel(target.id), useToast()];
  const price = priceOf(draft);
  const save = (version: number) => {
    if (!price) return;
    update.mutate(
      { change: { price }, version },
      {
        onSuccess: ({ name }) => {
          tell(`The price of ${name} is set`);
          onClose();
        },
      },
    );
  };
  const reload = () => {
    update.reset();
    if (!stored) return;
    setBase(stored);
    setDraft(priceDraftOf(stored.price));
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`The price of ${target.name}`}
      lead="USD per million tokens, from now on. A price that is set by hand stays, whatever the list price becomes."
    >
      <FormShell
        error={update.error}
        isBusy={update.isPending}
        fields={["price"]}
        submit="Set price"
        canSubmit={price !== null}
        onCancel={onClose}
        onSubmit={() => save(base.version)}
        conflict={{ what: "this model", onReload: reload, onOverwrite: () => save((stored ?? base).version) }}
      >
        <PriceFields draft={draft} onChange={(next) => setDraft((now) => ({ ...now, ...next }))} />
      </FormShell>
    </Dialog>
  );
}
