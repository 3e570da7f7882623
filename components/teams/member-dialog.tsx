"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ChoiceField } from "@/components/form/choice-field";
import { ConfirmDeed } from "@/components/form/confirm-deed";
import { FormField, FormShell } from "@/components/form/form-shell";
import { Picker, type Source } from "@/components/form/picker";
import { Alert } from "@/components/ui/alert";
import type { Option } from "@/components/ui/combobox";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { teamRoleChoices } from "@/components/users/role-choices";
import type { TeamRole } from "@/lib/authz/permissions";
import { meQuery } from "@/lib/me/queries";
import { useChangeMember } from "@/lib/teams/queries";

/** Who is meant, and where. */
export interface MemberPlace {
  person: { id: string; name: string };
  team: { id: string; name: string };
}

interface RoleDialogProps extends MemberPlace {
  /** The role that is held by hand now; null where it is none. */
  held: TeamRole | null;
  onClose: () => void;
}

/** Said before an owner gives up their own place, since nobody of the team may give it back to them then. */
function OwnerNote({ personId }: { personId: string }) {
  const { data: me } = useQuery(meQuery());
  if (me?.user?.id !== personId) return null;
  return (
    <Alert tone="warn">
      That is you. If nobody else owns this team, only an owner of a team above it or an administrator can run it then.
    </Alert>
  );
}

/** Gives a person a role in a team by hand, or another one than they have. */
export function MemberRoleDialog({ person, team, held, onClose }: RoleDialogProps) {
  const [role, setRole] = useState<TeamRole>(held ?? "member");
  const [change, tell] = [useChangeMember(), useToast()];
  const send = () =>
    change.mutate(
      { deed: held === null ? "add" : "change", teamId: team.id, userId: person.id, role },
      {
        onSuccess: () => {
          tell(`${person.name} is ${role} of ${team.name}`);
          onClose();
        },
      },
    );
  return (
    <Dialog isOpen onClose={onClose} width="sm" title={`Role of ${person.name} in ${team.name}`}>
      <FormShell
        error={change.error}
        isBusy={change.isPending}
        fields={["role"]}
        submit="Save"
        canSubmit={role !== held}
        onCancel={onClose}
        onSubmit={send}
      >
        <ChoiceField
          path="role"
          label="Role by hand"
          hint="Where groups give a stronger one, that one counts."
          value={role}
          onChange={setRole}
          choices={teamRoleChoices}
        />
        {held === "owner" && role !== held ? <OwnerNote personId={person.id} /> : null}
      </FormShell>
    </Dialog>
  );
}

interface AddDialogProps {
  title: string;
  /** What is picked: a person for a team, or a team for a person. */
  pick: "person" | "team";
  source: Source;
  /** Who can be found, and what to do about the others. */
  hint?: string;
  /** The other half of the place. */
  placeOf: (picked: Option) => { teamId: string; userId: string };
  onClose: () => void;
}

const pickLabels = { person: "Person", team: "Team" };

/** Puts a person into a team by hand. */
export function AddMemberDialog({ title, pick, source, hint, placeOf, onClose }: AddDialogProps) {
  const [picked, setPicked] = useState<Option | null>(null);
  const [role, setRole] = useState<TeamRole>("member");
  const [add, tell] = [useChangeMember(), useToast()];
  const send = (option: Option) =>
    add.mutate(
      { deed: "add", ...placeOf(option), role },
      {
        onSuccess: () => {
          tell(pick === "person" ? `${option.label} is a member now` : `Added to ${option.label}`);
          onClose();
        },
      },
    );
  return (
    <Dialog isOpen onClose={onClose} title={title}>
      <FormShell
        error={add.error}
        isBusy={add.isPending}
        fields={["user_id", "role"]}
        submit="Add"
        canSubmit={picked !== null}
        onCancel={onClose}
        onSubmit={() => picked && send(picked)}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <FormField path="user_id" label={pickLabels[pick]} hint={hint}>
            {(control) => <Picker {...control} source={source} value={picked} onChange={setPicked} />}
          </FormField>
          <ChoiceField path="role" label="Role in the team" value={role} onChange={setRole} choices={teamRoleChoices} />
        </div>
      </FormShell>
    </Dialog>
  );
}

/** Takes away what a person holds in a team by hand. */
export function RemoveMemberConfirm({ person, team, held, onClose }: RoleDialogProps) {
  return (
    <ConfirmDeed
      deed={useChangeMember()}
      order={{ deed: "remove", teamId: team.id, userId: person.id }}
      title={`Remove ${person.name} from ${team.name}?`}
      action="Remove"
      said={`${person.name} removed from ${team.name}`}
      onClose={onClose}
    >
      <p className="text-muted">
        The place by hand goes, within a second. A place that groups or a team above give stays.
      </p>
      {held === "owner" ? <OwnerNote personId={person.id} /> : null}
    </ConfirmDeed>
  );
}
