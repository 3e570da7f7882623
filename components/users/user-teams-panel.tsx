"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { AddMemberDialog } from "@/components/teams/member-dialog";
import { PlaceSources } from "@/components/teams/place-sources";
import { teamSource } from "@/components/teams/team-source";
import { useMemberActions } from "@/components/teams/use-member-actions";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { adminTeamPath } from "@/lib/paths";
import type { User } from "@/lib/users/queries";
import { nameOf } from "./user-words";

/** The teams that a person is in, and where each place comes from. */
export function UserTeamsPanel({ of: user }: { of: User }) {
  const { data: me } = useQuery(meQuery());
  const [isAdding, setAdding] = useState(false);
  const actions = useMemberActions();
  const mayWrite = me !== undefined && hasRight(me, "members.write", "all");
  const person = { id: user.id, name: nameOf(user) };
  return (
    <Card
      title="Teams"
      hint="A place also counts in the teams below"
      action={
        mayWrite ? (
          <Button onClick={() => setAdding(true)}>
            <Plus aria-hidden="true" className="size-4" />
            Add to a team
          </Button>
        ) : null
      }
    >
      {user.teams.length === 0 ? (
        <Empty title="In no team">Groups of the identity provider can put people into teams, or “Add to a team”.</Empty>
      ) : (
        <Table
          label="Teams of this person"
          head={
            <>
              <HeadCell>Team</HeadCell>
              <HeadCell>Role</HeadCell>
              <HeadCell>Comes from</HeadCell>
              {mayWrite ? (
                <HeadCell>
                  <span className="sr-only">Actions</span>
                </HeadCell>
              ) : null}
            </>
          }
        >
          {user.teams.map(({ team_id, name, role, sources }) => (
            <Row key={team_id}>
              <Cell>
                <Link href={adminTeamPath(team_id)} className="font-medium wrap-anywhere hover:underline">
                  {name}
                </Link>
              </Cell>
              <Cell>{role}</Cell>
              <Cell className="text-muted wrap-anywhere">
                <PlaceSources sources={sources} />
              </Cell>
              {mayWrite ? (
                <Cell className="w-10 py-1 text-right">
                  {actions.menuOf({ person, team: { id: team_id, name }, sources })}
                </Cell>
              ) : null}
            </Row>
          ))}
        </Table>
      )}
      {actions.dialog}
      {isAdding ? (
        <AddMemberDialog
          title={`Add ${person.name} to a team`}
          pick="team"
          source={teamSource}
          placeOf={({ id }) => ({ teamId: id, userId: user.id })}
          onClose={() => setAdding(false)}
        />
      ) : null}
    </Card>
  );
}
