"use client";

import { useQuery } from "@tanstack/react-query";
import { EditDialog, unlessEmpty } from "@/components/form/edit-dialog";
import { TextField } from "@/components/form/text-field";
import { LimitFields } from "@/components/keys/limit-fields";
import { type Team, teamQuery, useUpdateTeam } from "@/lib/teams/queries";
import { changeOf, editOf, teamFields } from "./team-draft";

interface EditTeamDialogProps {
  target: Team;
  /** Limits are set from above: whoever only owns the team changes its name. */
  mayLimit: boolean;
  onClose: () => void;
}

/** Changes what a team is called and what it may use. */
export function EditTeamDialog({ target, mayLimit, onClose }: EditTeamDialogProps) {
  const { data: stored } = useQuery(teamQuery(target.id));
  return (
    <EditDialog
      title={`Edit the team ${target.name}`}
      what="team"
      target={target}
      stored={stored}
      update={useUpdateTeam(target.id)}
      draftOf={editOf}
      changeOf={(base, draft) => unlessEmpty(changeOf(base, draft))}
      fields={teamFields}
      saidOf={({ name }) => `${name} saved`}
      onClose={onClose}
    >
      {({ draft, edit }) => (
        <>
          <TextField path="name" label="Name" value={draft.name} onChange={(name) => edit({ name })} />
          {mayLimit ? (
            <LimitFields draft={draft} onChange={edit} modelsHint="None listed: all that the teams above may call." />
          ) : (
            <p className="text-sm text-muted">Its models and limits are set by whoever runs the team above it.</p>
          )}
        </>
      )}
    </EditDialog>
  );
}
