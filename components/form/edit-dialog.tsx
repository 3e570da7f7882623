"use client";

import type { UseMutationResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import type { ApiError } from "@/lib/client/api-error";
import { FormShell } from "./form-shell";

/** What the fields of an edit work on. */
interface Editing<Stored, Draft> {
  /** The object as it was when the form opened, or was loaded again. */
  base: Stored;
  draft: Draft;
  edit: (next: Partial<Draft>) => void;
  /** Why the last attempt did not work. */
  error: ApiError | null;
}

interface EditDialogProps<Stored, Draft, Change> {
  title: string;
  lead?: string;
  /** What it is: `key`. */
  what: string;
  target: Stored;
  /** As the server has it now; undefined while that is not known. */
  stored: Stored | undefined;
  update: Pick<
    UseMutationResult<Stored, ApiError, { change: Change; version: number }>,
    "mutate" | "reset" | "error" | "isPending"
  >;
  draftOf: (stored: Stored) => Draft;
  /** What is to be sent; null while there is nothing, or something is missing. */
  changeOf: (base: Stored, draft: Draft) => Change | null;
  /** Paths of problems that a field shows. */
  fields: readonly string[];
  submit?: string;
  /** What the toast says: `ci saved`. */
  saidOf: (saved: Stored) => string;
  onClose: () => void;
  children: (editing: Editing<Stored, Draft>) => ReactNode;
}

/**
 * Changes one object that has a version. What somebody else saved meanwhile is not overwritten unless the visitor says so: they may
 * take what is stored now, or save over it.
 */
export function EditDialog<Stored extends { version: number }, Draft extends object, Change>({
  target,
  stored,
  update,
  draftOf,
  changeOf,
  ...words
}: EditDialogProps<Stored, Draft, Change>) {
  const [base, setBase] = useState(target);
  const [draft, setDraft] = useState(() => draftOf(target));
  const tell = useToast();
  const change = changeOf(base, draft);
  const save = (version: number) => {
    if (change === null) return;
    update.mutate(
      { change, version },
      {
        onSuccess: (saved) => {
          tell(words.saidOf(saved));
          words.onClose();
        },
      },
    );
  };
  const reload = () => {
    update.reset();
    if (!stored) return;
    setBase(stored);
    setDraft(draftOf(stored));
  };
  return (
    <Dialog isOpen onClose={words.onClose} title={words.title} lead={words.lead}>
      <FormShell
        error={update.error}
        isBusy={update.isPending}
        fields={words.fields}
        submit={words.submit ?? "Save"}
        canSubmit={change !== null}
        onCancel={words.onClose}
        onSubmit={() => save(base.version)}
        conflict={{
          what: `this ${words.what}`,
          onReload: reload,
          onOverwrite: () => save((stored ?? base).version),
        }}
      >
        {words.children({
          base,
          draft,
          edit: (next) => setDraft((now) => ({ ...now, ...next })),
          error: update.error,
        })}
      </FormShell>
    </Dialog>
  );
}

/** The change if it changes anything. */
export function unlessEmpty<Change extends object>(change: Change): Change | null {
  return Object.keys(change).length > 0 ? change : null;
}
