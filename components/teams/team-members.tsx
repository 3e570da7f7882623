"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus, Send } from "lucide-react";
import { useState } from "react";
import { InviteDialog } from "@/components/invitations/invite-dialog";
import type { Column } from "@/components/table/columns";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { userSourceOutside } from "@/components/users/user-source";
import type { Me } from "@/lib/me/queries";
import { hasRight, hasTeamRight } from "@/lib/me/rights";
import { type Member, membersQuery, type Team } from "@/lib/teams/queries";
import { AddMemberDialog } from "./member-dialog";
import { PlaceSources } from "./place-sources";
import { useMemberActions } from "./use-member-actions";

const columns: readonly Column<Member>[] = [
  {
    header: "Person",
    sort: "email",
    className: "min-w-44",
    cell: ({ name, email }) => <span className="font-medium wrap-anywhere">{name ?? email}</span>,
    note: ({ name, email }) => (name ? <span className="wrap-anywhere">{email}</span> : null),
  },
  { header: "Role", cell: ({ role }) => role },
  { header: "Comes from", cell: ({ sources }) => <PlaceSources sources={sources} /> },
];

const filters: readonly never[] = [];

/** Asks somebody into a team by e-mail. */
export function InviteButton({ team }: { team: Team }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Send aria-hidden="true" className="size-3.5" />
        Invite
      </Button>
      {isOpen ? <InviteDialog team={{ id: team.id, label: team.name }} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

interface TeamMembersProps {
  of: Team;
  me: Me;
  linkOf?: ((member: Member) => string) | undefined;
}

/** Who is in a team, and by what: those of the teams above among them. */
export function TeamMembers({ of: team, me, linkOf }: TeamMembersProps) {
  const list = useListState(filters);
  const query = useQuery(membersQuery(team.id, list.query));
  const [isAdding, setAdding] = useState(false);
  const actions = useMemberActions();
  const mayWrite = hasTeamRight(me, "members.write", team.path);
  return (
    <>
      <DataTable
        title="Members"
        hint="Also those whose place in a team above counts here"
        action={
          <div className="flex flex-wrap gap-2">
            {hasTeamRight(me, "invitations.write", team.path) ? <InviteButton team={team} /> : null}
            {mayWrite ? (
              <Button onClick={() => setAdding(true)}>
                <Plus aria-hidden="true" className="size-4" />
                Add member
              </Button>
            ) : null}
          </div>
        }
        columns={columns}
        query={query}
        list={list}
        idOf={({ user_id }) => user_id}
        nameOf={({ name, email }) => name ?? email}
        linkOf={linkOf}
        searchLabel="Part of the name or the e-mail address"
        csvPath={`/teams/${team.id}/members`}
        csvQuery={{ inherited: "true" }}
        rowMenu={
          mayWrite
            ? ({ user_id, name, email, sources }) =>
                actions.menuOf({ person: { id: user_id, name: name ?? email }, team, sources })
            : undefined
        }
        empty={
          <Empty title="No members yet">
            Groups of the identity provider, an invitation or “Add member” put people here.
          </Empty>
        }
      />
      {actions.dialog}
      {isAdding ? (
        <AddMemberDialog
          title={`Add a member to ${team.name}`}
          pick="person"
          source={userSourceOutside(team.id)}
          hint={
            hasRight(me, "users.read", "all")
              ? "Whoever has signed in, or was given an account. Others are asked in by “Invite”."
              : "People of your other teams, and of those below. Others are asked in by “Invite”."
          }
          placeOf={({ id }) => ({ teamId: team.id, userId: id })}
          onClose={() => setAdding(false)}
        />
      ) : null}
    </>
  );
}
