"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { useView, Views } from "@/components/layout/views";
import { RequireRight } from "@/components/me/require-right";
import { DataTable } from "@/components/table/data-table";
import { useSelection } from "@/components/table/selection";
import { useListState } from "@/components/table/use-list-state";
import { Button } from "@/components/ui/button";
import { useHydrated } from "@/components/ui/use-hydrated";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { adminTeamPath } from "@/lib/paths";
import { teamNamesQuery, teamsQuery } from "@/lib/teams/queries";
import { BulkTeams } from "./bulk-teams";
import { CreateTeamDialog } from "./create-team-dialog";
import { useTeamActions } from "./team-actions";
import { listColumns } from "./team-columns";
import { noTeams, TeamTree } from "./team-tree";

const filters: readonly never[] = [];

function TeamsTable({ mayWrite }: { mayWrite: boolean }) {
  const list = useListState(filters);
  const query = useQuery(teamsQuery(list.query));
  const { data: names = new Map() } = useQuery(teamNamesQuery());
  const selection = useSelection();
  const actions = useTeamActions();
  return (
    <>
      <DataTable
        title="All teams"
        hint="A team’s figures count all below it; spend since the start of the month, UTC"
        columns={listColumns(names)}
        query={query}
        list={list}
        isTall
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
        linkOf={({ id }) => adminTeamPath(id)}
        searchLabel="Part of the name"
        csvPath="/teams"
        csvQuery={{ include: "figures" }}
        selection={mayWrite ? selection : undefined}
        bulk={<BulkTeams selection={selection} />}
        rowMenu={actions.menuOf}
        empty={noTeams}
      />
      {actions.dialog}
    </>
  );
}

/** Every team: as a tree, or as a list that is sorted and searched. */
export function TeamsView() {
  const { data: me } = useQuery(meQuery());
  const [view, showView] = useView(["tree", "list"]);
  const [isCreating, setCreating] = useState(false);
  const isReady = useHydrated();
  return (
    <>
      <PageHeader
        title="Teams"
        lead="Organisations and the teams below them: what they spend, and what binds them."
        action={
          <div className="flex flex-wrap items-center gap-3">
            <Freshness />
            {me && hasRight(me, "teams.create", "all") ? (
              <Button tone="primary" onClick={() => setCreating(true)} disabled={!isReady}>
                <Plus aria-hidden="true" className="size-4" />
                Create team
              </Button>
            ) : null}
          </div>
        }
      />
      <RequireRight action="teams.read" reach="all" title="All teams">
        <Views
          label="Ways to look at the teams"
          views={[
            { name: "tree", label: "Tree" },
            { name: "list", label: "List" },
          ]}
          shown={view}
          onShow={showView}
        />
        {view === "tree" ? (
          <TeamTree />
        ) : (
          <TeamsTable mayWrite={me !== undefined && hasRight(me, "teams.write", "all")} />
        )}
      </RequireRight>
      {isCreating ? <CreateTeamDialog parent={null} onClose={() => setCreating(false)} /> : null}
    </>
  );
}
