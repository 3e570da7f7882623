"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ChoiceFilter } from "@/components/table/choice-filter";
import type { Column } from "@/components/table/columns";
import { DataTable } from "@/components/table/data-table";
import { type ListState, useListState } from "@/components/table/use-list-state";
import { Badge } from "@/components/ui/badge";
import { Empty } from "@/components/ui/empty";
import { Time } from "@/components/ui/time";
import { type Invitation, invitationsQuery } from "@/lib/invitations/queries";
import { invitationStates } from "@/lib/invitations/schema";
import { useInvitationActions } from "./invitation-deeds";

const tones = { open: "accent", accepted: "ok", expired: "neutral", revoked: "danger" } as const;

function State({ state, is_granted }: Pick<Invitation, "state" | "is_granted">) {
  const isVoid = state === "open" && !is_granted;
  return (
    <>
      <Badge tone={tones[state]}>{state}</Badge>
      {isVoid ? <span className="block text-xs text-warn">its inviter may no longer give this</span> : null}
    </>
  );
}

function promiseOf({ role, team_name, team_role }: Invitation): string {
  const parts = [team_name ? `${team_role ?? "member"} of ${team_name}` : null, role ? `role ${role}` : null];
  return parts.filter(Boolean).join(", ") || "an account";
}

const columns: readonly Column<Invitation>[] = [
  {
    header: "E-mail",
    className: "min-w-44 sm:max-w-72",
    cell: ({ email }) => <span className="font-medium wrap-anywhere">{email}</span>,
  },
  { header: "Promises", cell: promiseOf, className: "sm:max-w-64 break-words" },
  { header: "State", cell: (invitation) => <State {...invitation} /> },
  {
    header: "Invited by",
    cell: ({ inviter }) => inviter ?? <span className="text-muted">An administrator</span>,
    priority: "wide",
  },
  {
    header: "Sent",
    sort: "created_at",
    sortsDown: true,
    cell: ({ created_at }) => <Time value={created_at} />,
    priority: "wide",
  },
  { header: "Ends", sort: "expires_at", cell: ({ expires_at }) => <Time value={expires_at} /> },
];

function StateFilter({ list }: { list: ListState<"state"> }) {
  return <ChoiceFilter list={list} filter="state" label="State" any="Any state" choices={invitationStates} />;
}

const filters = ["state"] as const;

interface InvitationsTableProps {
  /** Those to one team; all that the visitor may see if absent. */
  teamId?: string;
  mayWrite: boolean;
  action?: ReactNode;
}

/** Who is invited, to what, and whether they came. */
export function InvitationsTable({ teamId, mayWrite, action }: InvitationsTableProps) {
  const list = useListState(filters);
  const team: Record<string, string> = teamId ? { team_id: teamId } : {};
  const query = useQuery(invitationsQuery({ ...list.query, ...team }));
  const actions = useInvitationActions();
  return (
    <>
      <DataTable
        title="Invitations"
        action={action}
        columns={columns}
        query={query}
        list={list}
        idOf={({ id }) => id}
        nameOf={({ email }) => email}
        searchLabel="Part of the e-mail address"
        filters={<StateFilter list={list} />}
        csvPath="/invitations"
        csvQuery={team}
        rowMenu={mayWrite ? actions.menuOf : undefined}
        empty={<Empty title="Nobody is invited">Invite somebody by their e-mail address with “Invite”.</Empty>}
      />
      {actions.dialog}
    </>
  );
}
