"use client";

import { useState } from "react";
import { FormField, FormShell } from "@/components/form/form-shell";
import { Picker } from "@/components/form/picker";
import { TextField } from "@/components/form/text-field";
import { LimitFields } from "@/components/keys/limit-fields";
import type { Option } from "@/components/ui/combobox";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { useCreateTeam } from "@/lib/teams/queries";
import { type NewTeamDraft, newTeamOf, startTeam, teamFields } from "./team-draft";
import { teamSource } from "./team-source";

interface CreateTeamDialogProps {
  /** The team that it stands below; free to choose if null. */
  parent: Option | null;
  onClose: () => void;
}

/** Makes a team, below another one or as an organisation. */
export function CreateTeamDialog({ parent, onClose }: CreateTeamDialogProps) {
  const [draft, setDraft] = useState(() => startTeam(parent));
  const [create, tell] = [useCreateTeam(), useToast()];
  const edit = (next: Partial<NewTeamDraft>) => setDraft((now) => ({ ...now, ...next }));
  const send = () =>
    create.mutate(newTeamOf(draft), {
      onSuccess: ({ name }) => {
        tell(`The team ${name} is made`);
        onClose();
      },
    });
  return (
    <Dialog isOpen onClose={onClose} title={parent ? `Create a team below ${parent.label}` : "Create a team"}>
      <FormShell
        error={create.error}
        isBusy={create.isPending}
        fields={teamFields}
        submit="Create team"
        canSubmit={draft.name.trim() !== ""}
        onCancel={onClose}
        onSubmit={send}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField path="name" label="Name" value={draft.name} onChange={(name) => edit({ name })} />
          {parent ? null : (
            <FormField path="parent_id" label="Below" hint="Empty: an organisation of its own.">
              {(control) => (
                <Picker
                  {...control}
                  source={teamSource}
                  value={draft.parent}
                  onChange={(chosen) => edit({ parent: chosen })}
                />
              )}
            </FormField>
          )}
        </div>
        <LimitFields draft={draft} onChange={edit} modelsHint="None listed: all that the teams above may call." />
      </FormShell>
    </Dialog>
  );
}
