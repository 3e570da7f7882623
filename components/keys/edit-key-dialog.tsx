"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormField, FormShell } from "@/components/form/form-shell";
import { Dialog } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { useToast } from "@/components/ui/toast";
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
  const [base, setBase] = useState(target);
  const [draft, setDraft] = useState(() => draftOf(target));
  const { data: stored } = useQuery(keyQuery(target.id));
  const [update, tell] = [useUpdateKey(target.id), useToast()];
  const change = changeOf(base, draft);
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
    setDraft(draftOf(stored));
  };
  const edit = (next: Partial<EditDraft>) => setDraft((now) => ({ ...now, ...next }));
  return (
    <Dialog isOpen onClose={onClose} title={`Edit the key ${target.name}`}>
      <FormShell
        error={update.error}
        isBusy={update.isPending}
        fields={fields}
        submit="Save"
        canSubmit={Object.keys(change).length > 0}
        onCancel={onClose}
        onSubmit={() => save(base.version)}
        conflict={{ what: "this key", onReload: reload, onOverwrite: () => save((stored ?? base).version) }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <FormField path="name" label="Name">
            {(control) => (
              <Input
                {...control}
                maxLength={120}
                className="h-9 text-sm"
                value={draft.name}
                onChange={(event) => edit({ name: event.target.value })}
              />
            )}
          </FormField>
          <FormField path="expires_at" label="Expires" hint="At the start of this day, UTC. Empty: never.">
            {(control) => (
              <Input
                {...control}
                type="date"
                className="h-9 text-sm"
                value={draft.expires_on}
                onChange={(event) => edit({ expires_on: event.target.value })}
              />
            )}
          </FormField>
        </div>
        <LimitFields draft={draft} onChange={edit} />
      </FormShell>
    </Dialog>
  );
}
