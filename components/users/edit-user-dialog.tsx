"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ChoiceField } from "@/components/form/choice-field";
import { FormShell } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { LimitFields } from "@/components/keys/limit-fields";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { type User, userQuery, useUpdateUser } from "@/lib/users/queries";
import { roleChoices } from "./role-choices";
import { changeOf, editOf, type UserEdit } from "./user-draft";
import { nameOf } from "./user-words";

const fields = [
  "email",
  "name",
  "role",
  "allowed_models",
  "blocked_models",
  "rpm_limit",
  "tpm_limit",
  "parallel_limit",
] as const;

interface EditUserDialogProps {
  target: User;
  /** Nobody changes their own role. */
  isOneself: boolean;
  onClose: () => void;
}

/** Changes what a person is called, may do and may use. */
export function EditUserDialog({ target, isOneself, onClose }: EditUserDialogProps) {
  const [base, setBase] = useState(target);
  const [draft, setDraft] = useState(() => editOf(target));
  const { data: stored } = useQuery(userQuery(target.id));
  const [update, tell] = [useUpdateUser(target.id), useToast()];
  const change = changeOf(base, draft);
  const save = (version: number) =>
    update.mutate(
      { change, version },
      {
        onSuccess: (user) => {
          tell(`${nameOf(user)} saved`);
          onClose();
        },
      },
    );
  const reload = () => {
    update.reset();
    if (!stored) return;
    setBase(stored);
    setDraft(editOf(stored));
  };
  const edit = (next: Partial<UserEdit>) => setDraft((now) => ({ ...now, ...next }));
  return (
    <Dialog isOpen onClose={onClose} title={`Edit ${nameOf(target)}`}>
      <FormShell
        error={update.error}
        isBusy={update.isPending}
        fields={fields}
        submit="Save"
        canSubmit={Object.keys(change).length > 0}
        onCancel={onClose}
        onSubmit={() => save(base.version)}
        conflict={{ what: "this person", onReload: reload, onOverwrite: () => save((stored ?? base).version) }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField path="name" label="Name" maxLength={120} value={draft.name} onChange={(name) => edit({ name })} />
          <TextField
            path="email"
            label="E-mail"
            type="email"
            maxLength={254}
            value={draft.email}
            onChange={(email) => edit({ email })}
          />
        </div>
        {isOneself ? null : (
          <ChoiceField
            path="role"
            label="Role by hand"
            hint={
              target.oidc_role ? `Their groups give the role ${target.oidc_role}; the stronger one counts.` : undefined
            }
            value={draft.role}
            onChange={(role) => edit({ role })}
            choices={roleChoices}
          />
        )}
        <LimitFields draft={draft} onChange={edit} modelsHint="None listed: all that keys and teams allow." />
      </FormShell>
    </Dialog>
  );
}
