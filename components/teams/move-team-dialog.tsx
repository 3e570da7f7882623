"use client";

import { useState } from "react";
import { FormField, FormShell } from "@/components/form/form-shell";
import { Picker } from "@/components/form/picker";
import type { Option } from "@/components/ui/combobox";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { type Team, useUpdateTeam } from "@/lib/teams/queries";
import { teamSource } from "./team-source";
import { useTeamOption } from "./use-team-option";

interface MoveTeamDialogProps {
  target: Team;
  /** Only who may do everything makes organisations. */
  mayBeOrganisation: boolean;
  onClose: () => void;
}

/** Puts a team, with all below it, under another one. */
export function MoveTeamDialog({ target, mayBeOrganisation, onClose }: MoveTeamDialogProps) {
  const now = useTeamOption(target.parent_id);
  const [chosen, choose] = useState<{ parent: Option | null } | null>(null);
  const [update, tell] = [useUpdateTeam(target.id), useToast()];
  const parent = chosen ? chosen.parent : now;
  const isOther = (parent?.id ?? null) !== target.parent_id;
  const send = () =>
    update.mutate(
      { change: { parent_id: parent?.id ?? null }, version: target.version },
      {
        onSuccess: () => {
          tell(`${target.name} moved`, parent ? `It stands below ${parent.label} now.` : "It is an organisation now.");
          onClose();
        },
      },
    );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      width="sm"
      title={`Move the team ${target.name}`}
      lead="All below it goes along. From then on the limits and budgets of its new place count; what was spent stays where it was spent."
    >
      <FormShell
        error={update.error}
        isBusy={update.isPending}
        fields={["parent_id"]}
        submit="Move"
        canSubmit={isOther && (parent !== null || mayBeOrganisation)}
        onCancel={onClose}
        onSubmit={send}
      >
        <FormField
          path="parent_id"
          label="Below"
          hint={mayBeOrganisation ? "Empty: an organisation of its own." : undefined}
        >
          {(control) => (
            <Picker {...control} source={teamSource} value={parent} onChange={(option) => choose({ parent: option })} />
          )}
        </FormField>
      </FormShell>
    </Dialog>
  );
}
