"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormShell } from "@/components/form/form-shell";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { type Model, modelQuery, useUpdateModel } from "@/lib/models/queries";
import { modelChangeOf, modelDraftOf, modelFields } from "./model-draft";
import { ModelFields } from "./model-fields";

/** Changes what a model is and can take; callers keep its name, and its price has a dialog of its own. */
export function EditModelDialog({ target, onClose }: { target: Model; onClose: () => void }) {
  const [base, setBase] = useState(target);
  const [draft, setDraft] = useState(() => modelDraftOf(target));
  const { data: stored } = useQuery(modelQuery(target.id));
  const [update, tell] = [useUpdateModel(target.id), useToast()];
  const change = modelChangeOf(base, draft);
  const save = (version: number) =>
    update.mutate(
      { change, version },
      {
        onSuccess: ({ name }) => {
          tell(`${name} saved`);
          onClose();
        },
      },
    );
  const reload = () => {
    update.reset();
    if (!stored) return;
    setBase(stored);
    setDraft(modelDraftOf(stored));
  };
  return (
    <Dialog isOpen onClose={onClose} title={`Edit the model ${target.name}`}>
      <FormShell
        error={update.error}
        isBusy={update.isPending}
        fields={modelFields}
        submit="Save"
        canSubmit={Object.keys(change).length > 0}
        onCancel={onClose}
        onSubmit={() => save(base.version)}
        conflict={{ what: "this model", onReload: reload, onOverwrite: () => save((stored ?? base).version) }}
      >
        <ModelFields draft={draft} onChange={(next) => setDraft((now) => ({ ...now, ...next }))} />
      </FormShell>
    </Dialog>
  );
}
