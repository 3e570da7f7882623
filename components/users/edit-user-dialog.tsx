"use client";

import { useQuery } from "@tanstack/react-query";
import { ChoiceField } from "@/components/form/choice-field";
import { EditDialog, unlessEmpty } from "@/components/form/edit-dialog";
import { TextField } from "@/components/form/text-field";
import { LimitFields } from "@/components/keys/limit-fields";
import { type User, userQuery, useUpdateUser } from "@/lib/users/queries";
import { roleChoices } from "./role-choices";
import { changeOf, editOf } from "./user-draft";
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
  const { data: stored } = useQuery(userQuery(target.id));
  return (
    <EditDialog
      title={`Edit ${nameOf(target)}`}
      what="person"
      target={target}
      stored={stored}
      update={useUpdateUser(target.id)}
      draftOf={editOf}
      changeOf={(base, draft) => unlessEmpty(changeOf(base, draft))}
      fields={fields}
      saidOf={(user) => `${nameOf(user)} saved`}
      onClose={onClose}
    >
      {({ draft, edit }) => (
        <>
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField path="name" label="Name" value={draft.name} onChange={(name) => edit({ name })} />
            <TextField
              path="email"
              label="E-mail"
              type="email"
              value={draft.email}
              onChange={(email) => edit({ email })}
            />
          </div>
          {isOneself ? null : (
            <ChoiceField
              path="role"
              label="Role by hand"
              hint={
                target.oidc_role
                  ? `Their groups give the role ${target.oidc_role}; the stronger one counts.`
                  : undefined
              }
              value={draft.role}
              onChange={(role) => edit({ role })}
              choices={roleChoices}
            />
          )}
          <LimitFields draft={draft} onChange={edit} modelsHint="None listed: all that keys and teams allow." />
        </>
      )}
    </EditDialog>
  );
}
