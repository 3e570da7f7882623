"use client";

import { useState } from "react";
import { ChoiceField } from "@/components/form/choice-field";
import { FormShell } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { TeamPlaceFields } from "@/components/teams/team-place-fields";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { useCreateUser } from "@/lib/users/queries";
import { roleChoices } from "./role-choices";
import { emptyUser, type NewUserDraft, newUserOf } from "./user-draft";
import { nameOf } from "./user-words";

const fields = ["email", "name", "role", "teams"] as const;

/** Makes an account that waits for whoever signs in with this e-mail address. */
export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState(emptyUser);
  const [create, tell] = [useCreateUser(), useToast()];
  const edit = (next: Partial<NewUserDraft>) => setDraft((now) => ({ ...now, ...next }));
  const send = () =>
    create.mutate(newUserOf(draft), {
      onSuccess: (user) => {
        tell(`${nameOf(user)} has an account`);
        onClose();
      },
    });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Create a user"
      lead="The account is there at once. Whoever signs in with this address, confirmed by the identity provider, has it."
    >
      <FormShell
        error={create.error}
        isBusy={create.isPending}
        fields={fields}
        submit="Create user"
        canSubmit={draft.email.trim() !== ""}
        onCancel={onClose}
        onSubmit={send}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            path="email"
            label="E-mail"
            type="email"
            value={draft.email}
            onChange={(email) => edit({ email })}
          />
          <TextField path="name" label="Name" value={draft.name} onChange={(name) => edit({ name })} />
        </div>
        <ChoiceField
          path="role"
          label="Role by hand"
          value={draft.role}
          onChange={(role) => edit({ role })}
          choices={roleChoices}
        />
        <TeamPlaceFields
          path="teams"
          team={draft.team}
          role={draft.team_role}
          onTeam={(team) => edit({ team })}
          onRole={(team_role) => edit({ team_role })}
        />
      </FormShell>
    </Dialog>
  );
}
