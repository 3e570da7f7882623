"use client";

import { useState } from "react";
import { ChoiceField } from "@/components/form/choice-field";
import { FormShell } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { TeamPlaceFields } from "@/components/teams/team-place-fields";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import type { Option } from "@/components/ui/combobox";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { roleChoices, teamRoleChoices } from "@/components/users/role-choices";
import type { TeamRole, UserRole } from "@/lib/authz/permissions";
import { type InvitationWithLink, type NewInvitation, useInvite } from "@/lib/invitations/queries";
import { useChangeMember } from "@/lib/teams/queries";
import { type Lifetime, LifetimeField } from "./lifetime-field";
import { LinkPanel } from "./link-panel";

const fields = ["email", "role", "team_id", "team_role", "expires_in"] as const;

interface Draft {
  email: string;
  /** Empty: what groups give, or the default. */
  role: UserRole | "";
  team: Option | null;
  team_role: TeamRole;
  expires_in: Lifetime;
}

function invitationOf({ email, role, team, team_role, expires_in }: Draft): NewInvitation {
  return { email, expires_in, ...(role ? { role } : {}), ...(team ? { team_id: team.id, team_role } : {}) };
}

interface AddInsteadProps {
  team: Option;
  userId: string;
  draft: Draft;
  onClose: () => void;
}

/** Whoever signs in here already needs no invitation, only the place. */
function AddInstead({ team, userId, draft, onClose }: AddInsteadProps) {
  const [add, tell] = [useChangeMember(), useToast()];
  const send = () =>
    add.mutate(
      { deed: "add", teamId: team.id, userId, role: draft.team_role },
      {
        onSuccess: () => {
          tell(`${draft.email} is ${draft.team_role} of ${team.label}`);
          onClose();
        },
      },
    );
  return (
    <Alert
      tone={add.error ? "danger" : "info"}
      action={
        <Button onClick={send} disabled={add.isPending}>
          Add to the team as {draft.team_role}
        </Button>
      }
    >
      {add.error?.message ?? "This person needs no invitation."}
    </Alert>
  );
}

interface FormProps {
  team: Option | null;
  onSent: (made: InvitationWithLink) => void;
  onClose: () => void;
}

function InviteForm({ team, onSent, onClose }: FormProps) {
  const start: Draft = { email: "", role: "", team, team_role: "member", expires_in: "7d" };
  const [draft, setDraft] = useState(start);
  const invite = useInvite();
  const edit = (next: Partial<Draft>) => setDraft((now) => ({ ...now, ...next }));
  const known = invite.error?.code === "conflict" ? invite.error.details.user_id : null;
  return (
    <FormShell
      error={invite.error}
      isBusy={invite.isPending}
      fields={fields}
      submit="Invite"
      canSubmit={draft.email.trim() !== ""}
      onCancel={onClose}
      onSubmit={() => invite.mutate(invitationOf(draft), { onSuccess: onSent })}
    >
      <TextField path="email" label="E-mail" type="email" value={draft.email} onChange={(email) => edit({ email })} />
      {team ? (
        <ChoiceField
          path="team_role"
          label="Role in the team"
          value={draft.team_role}
          onChange={(team_role) => edit({ team_role })}
          choices={teamRoleChoices}
        />
      ) : (
        <>
          <ChoiceField
            path="role"
            label="Role on this server"
            value={draft.role}
            onChange={(role) => edit({ role })}
            choices={roleChoices}
          />
          <TeamPlaceFields
            path="team_id"
            team={draft.team}
            role={draft.team_role}
            onTeam={(chosen) => edit({ team: chosen })}
            onRole={(team_role) => edit({ team_role })}
          />
        </>
      )}
      <LifetimeField value={draft.expires_in} onChange={(expires_in) => edit({ expires_in })} />
      {typeof known === "string" && team ? (
        <AddInstead team={team} userId={known} draft={draft} onClose={onClose} />
      ) : null}
    </FormShell>
  );
}

interface InviteDialogProps {
  /** The team that it is to; free to choose if null. */
  team: Option | null;
  onClose: () => void;
}

/** Invites somebody by e-mail, then shows the link, once. */
export function InviteDialog({ team, onClose }: InviteDialogProps) {
  const [made, setMade] = useState<InvitationWithLink | null>(null);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isHeld={made !== null}
      title={made ? `${made.invitation.email} is invited` : team ? `Invite to ${team.label}` : "Invite somebody"}
      lead={made ? undefined : "What it promises is given when the person signs in with this address."}
    >
      {made ? (
        <LinkPanel made={made} onDone={onClose} />
      ) : (
        <InviteForm team={team} onSent={setMade} onClose={onClose} />
      )}
    </Dialog>
  );
}
