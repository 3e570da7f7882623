"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormShell } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { LimitFields } from "@/components/keys/limit-fields";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { type Team, teamQuery, useUpdateTeam } from "@/lib/teams/queries";
import { changeOf, editOf, type TeamEdit, teamFields } from "./team-draft";

interface EditTeamDialogProps {
  target: Team;
  /** Limits are set from above: whoever only owns the team changes its name. */
  mayLimit: boolean;
  onClose: () => void;
}

/** Changes what a team is called and what it may use. */
export function EditTeamDialog({ target, mayLimit, onClose }: EditTeamDialogProps) {
  const [base, setBase] = useState(target);
  const [draft, setDraft] = useState(() => editOf(target));
  const { data: stored } = useQuery(teamQuery(target.id));
  const [update, tell] = [useUpdateTeam(target.id), useToast()];
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
    setDraft(editOf(stored));
  };
  const edit = (next: Partial<TeamEdit>) => setDraft((now) => ({ ...now, ...next }));
  return (
    <Dialog isOpen onClose={onClose} title={`Edit the team ${target.name}`}>
      <FormShell
        error={update.error}
        isBusy={update.isPending}
        fields={teamFields}
        submit="Save"
        canSubmit={Object.keys(change).length > 0}
        onCancel={onClose}
        onSubmit={() => save(base.version)}
        conflict={{ what: "this team", onReload: reload, onOverwrite: () => save((stored ?? base).version) }}
      >
        <TextField path="name" label="Name" maxLength={120} value={draft.name} onChange={(name) => edit({ name })} />
        {mayLimit ? (
          <LimitFields draft={draft} onChange={edit} modelsHint="None listed: all that the teams above may call." />
        ) : (
          <p className="text-sm text-muted">Its models and limits are set by whoever runs the team above it.</p>
        )}
      </FormShell>
    </Dialog>
  );
}
