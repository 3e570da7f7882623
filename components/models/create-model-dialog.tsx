"use client";

import { useState } from "react";
import { FormShell } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { useCreateModel } from "@/lib/models/queries";
import { canCreate, modelFields, type NewModelDraft, newModelOf, noModel } from "./model-draft";
import { ModelFields } from "./model-fields";
import { PriceFields } from "./price-fields";

interface CreateModelDialogProps {
  provider: { id: string; name: string };
  onClose: () => void;
}

/** Adds a model to a provider. A name is enough: the list price and the window come along where they are known. */
export function CreateModelDialog({ provider, onClose }: CreateModelDialogProps) {
  const [draft, setDraft] = useState(noModel);
  const [create, tell] = [useCreateModel(provider.id), useToast()];
  const edit = (next: Partial<NewModelDraft>) => setDraft((now) => ({ ...now, ...next }));
  const send = () =>
    create.mutate(newModelOf(draft), {
      onSuccess: ({ name, price_known }) => {
        tell(price_known ? `${name} added` : `${name} added, without a price`);
        onClose();
      },
    });
  return (
    <Dialog isOpen onClose={onClose} title={`Add a model to ${provider.name}`}>
      <FormShell
        error={create.error}
        isBusy={create.isPending}
        fields={modelFields}
        submit="Add model"
        canSubmit={canCreate(draft)}
        onCancel={onClose}
        onSubmit={send}
      >
        <TextField
          path="name"
          label="Name"
          hint="What callers write, also as provider/name."
          value={draft.name}
          onChange={(name) => edit({ name })}
        />
        <ModelFields draft={draft} onChange={edit} mayGuess />
        <section aria-label="Price" className="space-y-3 border-t border-line pt-4">
          <div>
            <h3 className="text-sm font-medium">Price</h3>
            <p className="text-xs text-muted">
              In USD per million tokens. Left empty, it is the list price where one is known, otherwise unknown and
              never zero.
            </p>
          </div>
          <PriceFields
            draft={draft.price}
            onChange={(next) => setDraft((now) => ({ ...now, price: { ...now.price, ...next } }))}
          />
        </section>
      </FormShell>
    </Dialog>
  );
}
