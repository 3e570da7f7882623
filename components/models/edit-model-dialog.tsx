"use client";

import { useQuery } from "@tanstack/react-query";
import { EditDialog, unlessEmpty } from "@/components/form/edit-dialog";
import { type Model, modelQuery, useUpdateModel } from "@/lib/models/queries";
import { modelChangeOf, modelDraftOf, modelFields } from "./model-draft";
import { ModelFields } from "./model-fields";

/** Changes what a model is and can take; callers keep its name, and its price has a dialog of its own. */
export function EditModelDialog({ target, onClose }: { target: Model; onClose: () => void }) {
  const { data: stored } = useQuery(modelQuery(target.id));
  return (
    <EditDialog
      title={`Edit the model ${target.name}`}
      what="model"
      target={target}
      stored={stored}
      update={useUpdateModel(target.id)}
      draftOf={modelDraftOf}
      changeOf={(base, draft) => unlessEmpty(modelChangeOf(base, draft))}
      fields={modelFields}
      saidOf={({ name }) => `${name} saved`}
      onClose={onClose}
    >
      {({ draft, edit }) => <ModelFields draft={draft} onChange={edit} />}
    </EditDialog>
  );
}
