"use client";

import { useQuery } from "@tanstack/react-query";
import { ConfirmDeed } from "@/components/form/confirm-deed";
import { type Acts, useActs } from "@/components/table/use-acts";
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
  onDone: (() => void) | undefined;
}

function DeleteTeam({ target, ...rest }: DeleteProps) {
  return (
    <ConfirmDeed
      deed={useDeleteTeam(target.id)}
      order={undefined}
      title={`Delete the team ${target.name}?`}
      action="Delete"
      said={`The team ${target.name} is deleted`}
      {...rest}
    >
      <p className="text-muted">
        Only a team without keys and without teams below it can go. Its members keep their accounts; what was spent
        stays on record.
      </p>
    </ConfirmDeed>
  );
}

/** What the visitor may do with teams. */
export function useTeamActions(onDeleted?: () => void): Acts<Team> {
  const { data: me } = useQuery(meQuery());
  return useActs<Team, TeamAct>({
    labels: actLabels,
    actsOn: (team) => (me ? actsOn(me, team) : []),
    nameOf: ({ name }) => name,
    danger: "delete",
    dialogOf: ({ act, target, onClose }) => {
      if (act === "create")
        return <CreateTeamDialog parent={{ id: target.id, label: target.name }} onClose={onClose} />;
      if (act === "edit")
        return (
          <EditTeamDialog target={target} mayLimit={me !== undefined && mayFromAbove(me, target)} onClose={onClose} />
        );
      if (act === "delete") return <DeleteTeam target={target} onClose={onClose} onDone={onDeleted} />;
      const mayBeOrganisation = me !== undefined && hasRight(me, "teams.create", "all");
      return <MoveTeamDialog target={target} mayBeOrganisation={mayBeOrganisation} onClose={onClose} />;
    },
  });
}
