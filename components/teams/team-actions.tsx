"use client";

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Menu } from "@/components/ui/menu";
import { useToast } from "@/components/ui/toast";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { type Team, useDeleteTeam } from "@/lib/teams/queries";
import { CreateTeamDialog } from "./create-team-dialog";
import { EditTeamDialog } from "./edit-team-dialog";
import { MoveTeamDialog } from "./move-team-dialog";
import { actLabels, actsOn, mayFromAbove, type TeamAct } from "./team-deeds";

interface DeleteProps {
  target: Team;
  onClose: () => void;
  onDeleted?: (() => void) | undefined;
}

function DeleteConfirm({ target, onClose, onDeleted }: DeleteProps) {
  const [remove, tell] = [useDeleteTeam(target.id), useToast()];
  const carryOut = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        tell(`The team ${target.name} is deleted`);
        onClose();
        onDeleted?.();
      },
    });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`Delete the team ${target.name}?`}
      action="Delete"
      isBusy={remove.isPending}
      error={remove.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">
        Only a team without keys and without teams below it can go. Its members keep their accounts; what was spent
        stays on record.
      </p>
    </Confirm>
  );
}

interface TeamActions {
  /** The deeds on one team of a list; nothing where the visitor may do none. */
  menuOf: (team: Team) => ReactNode;
  /** The same as buttons, for the team's own page. */
  buttonsOf: (team: Team) => ReactNode;
  /** The dialog of the deed that was chosen; stands once, beside the list. */
  dialog: ReactNode;
}

/** What the visitor may do with teams. */
export function useTeamActions(onDeleted?: () => void): TeamActions {
  const { data: me } = useQuery(meQuery());
  const [chosen, choose] = useState<{ act: TeamAct; target: Team } | null>(null);
  const close = () => choose(null);
  const acts = (team: Team) => (me ? actsOn(me, team) : []);
  const dialogOf = (act: TeamAct, target: Team) => {
    if (act === "create") return <CreateTeamDialog parent={{ id: target.id, label: target.name }} onClose={close} />;
    if (act === "edit")
      return <EditTeamDialog target={target} mayLimit={me !== undefined && mayFromAbove(me, target)} onClose={close} />;
    if (act === "delete") return <DeleteConfirm target={target} onClose={close} onDeleted={onDeleted} />;
    const mayBeOrganisation = me !== undefined && hasRight(me, "teams.create", "all");
    return <MoveTeamDialog target={target} mayBeOrganisation={mayBeOrganisation} onClose={close} />;
  };
  return {
    menuOf: (team) =>
      acts(team).length > 0 ? (
        <Menu
          label={`Actions on ${team.name}`}
          actions={acts(team).map((act) => ({
            label: actLabels[act],
            onSelect: () => choose({ act, target: team }),
            ...(act === "delete" ? { isDangerous: true as const } : {}),
          }))}
        />
      ) : null,
    buttonsOf: (team) =>
      acts(team).map((act) => (
        <Button key={act} onClick={() => choose({ act, target: team })}>
          {actLabels[act]}
        </Button>
      )),
    dialog: chosen ? dialogOf(chosen.act, chosen.target) : null,
  };
}
