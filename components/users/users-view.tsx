"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus, Send } from "lucide-react";
import { useState } from "react";
import { InvitationsTable } from "@/components/invitations/invitations-table";
import { InviteDialog } from "@/components/invitations/invite-dialog";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { useView, Views } from "@/components/layout/views";
import { RequireRight } from "@/components/me/require-right";
import { DataTable } from "@/components/table/data-table";
import { useSelection } from "@/components/table/selection";
import { useListState } from "@/components/table/use-list-state";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { useHydrated } from "@/components/ui/use-hydrated";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { adminUserPath } from "@/lib/paths";
import { usersQuery } from "@/lib/users/queries";
import { BulkUsers } from "./bulk-users";
import { CreateUserDialog } from "./create-user-dialog";
import { useUserActions } from "./user-actions";
import { userColumns } from "./user-columns";
import { UserFilters } from "./user-filters";
import { nameOf } from "./user-words";

const filters = ["role", "disabled", "team_id"] as const;

function UsersTable({ mayWrite }: { mayWrite: boolean }) {
  const list = useListState(filters);
  const query = useQuery(usersQuery(list.query));
  const selection = useSelection();
  const actions = useUserActions();
  return (
    <>
      <DataTable
        title="All people"
        hint="Spend since the start of the month, UTC; a budget binds on the person, their places or their teams"
        columns={userColumns}
        query={query}
        list={list}
        isTall
        idOf={({ id }) => id}
        nameOf={nameOf}
        linkOf={({ id }) => adminUserPath(id)}
        searchLabel="Part of the name or the e-mail address"
        filters={<UserFilters list={list} />}
        csvPath="/users"
        csvQuery={{ include: "figures" }}
        selection={mayWrite ? selection : undefined}
        bulk={<BulkUsers selection={selection} />}
        rowMenu={mayWrite ? actions.menuOf : undefined}
        empty={
          <Empty title="Nobody yet">
            People appear when they first sign in. Make an account beforehand with “Create user”, or invite somebody.
          </Empty>
        }
      />
      {actions.dialog}
    </>
  );
}

type Opened = "create" | "invite";

function Actions({ onOpen }: { onOpen: (opened: Opened) => void }) {
  const { data: me } = useQuery(meQuery());
  const isReady = useHydrated();
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Freshness />
      {me && hasRight(me, "invitations.write", "all") ? (
        <Button onClick={() => onOpen("invite")} disabled={!isReady}>
          <Send aria-hidden="true" className="size-3.5" />
          Invite
        </Button>
      ) : null}
      {me && hasRight(me, "users.write", "all") ? (
        <Button tone="primary" onClick={() => onOpen("create")} disabled={!isReady}>
          <Plus aria-hidden="true" className="size-4" />
          Create user
        </Button>
      ) : null}
    </div>
  );
}

/** Everybody who may sign in, what they spend, and who is still invited. */
export function UsersView() {
  const { data: me } = useQuery(meQuery());
  const [view, showView] = useView(["people", "invitations"]);
  const [opened, open] = useState<Opened | null>(null);
  return (
    <>
      <PageHeader
        title="Users"
        lead="Who may sign in here, as what, and what they spend."
        action={<Actions onOpen={open} />}
      />
      <RequireRight action="users.read" reach="all" title="All people">
        <Views
          label="Parts of this page"
          views={[
            { name: "people", label: "People" },
            { name: "invitations", label: "Invitations" },
          ]}
          shown={view}
          onShow={showView}
        />
        {view === "people" ? (
          <UsersTable mayWrite={me !== undefined && hasRight(me, "users.write", "all")} />
        ) : (
          <InvitationsTable mayWrite={me !== undefined && hasRight(me, "invitations.write", "all")} />
        )}
      </RequireRight>
      {opened === "create" ? <CreateUserDialog onClose={() => open(null)} /> : null}
      {opened === "invite" ? <InviteDialog team={null} onClose={() => open(null)} /> : null}
    </>
  );
}
