"use client";

import { useQuery } from "@tanstack/react-query";
import { EditDialog, unlessEmpty } from "@/components/form/edit-dialog";
import { TextField } from "@/components/form/text-field";
import { type Key, type KeyChange, keyQuery, useUpdateKey } from "@/lib/keys/queries";
import { changedLimits, type LimitDraft, limitDraftOf } from "./limit-draft";
import { LimitFields } from "./limit-fields";

interface EditDraft extends LimitDraft {
  name: string;
  /** A UTC date; empty for never. */
  expires_on: string;
}

const fields = [
  "name",
  "expires_at",
  "allowed_models",
  "blocked_models",
  "rpm_limit",
  "tpm_limit",
  "parallel_limit",
] as const;

function draftOf(key: Key): EditDraft {
  return { ...limitDraftOf(key), name: key.name, expires_on: key.expires_at?.slice(0, 10) ?? "" };
}

/** Only what was changed, so that nothing else is overwritten. */
function changeOf(base: Key, draft: EditDraft): KeyChange {
  const before = draftOf(base);
  const isChanged = (name: keyof EditDraft) => JSON.stringify(draft[name]) !== JSON.stringify(before[name]);
  return {
    ...(isChanged("name") ? { name: draft.name } : {}),
    ...(isChanged("expires_on") ? { expires_at: draft.expires_on ? `${draft.expires_on}T00:00:00Z` : null } : {}),
    ...changedLimits(before, draft),
  };
}

/** Changes what a key is called and may do; whose it is stays. */
export function EditKeyDialog({ target, onClose }: { target: Key; onClose: () => void }) {
  const { data: stored } = useQuery(keyQuery(target.id));
  return (
    <EditDialog
      title={`Edit the key ${target.name}`}
      what="key"
      target={target}
      stored={stored}
      update={useUpdateKey(target.id)}
      draftOf={draftOf}
      changeOf={(base, draft) => unlessEmpty(changeOf(base, draft))}
      fields={fields}
      saidOf={({ name }) => `${name} saved`}
      onClose={onClose}
    >
      {({ draft, edit }) => (
        <>
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField path="name" label="Name" value={draft.name} onChange={(name) => edit({ name })} />
            <TextField
              path="expires_at"
              label="Expires"
              hint="At the start of this day, UTC. Empty: never."
              type="date"
              value={draft.expires_on}
              onChange={(expires_on) => edit({ expires_on })}
            />
          </div>
          <LimitFields draft={draft} onChange={edit} />
        </>
      )}
    </EditDialog>
  );
}
