"use client";

import { useQuery } from "@tanstack/react-query";
import { BudgetMeter, SpendThisMonth } from "@/components/figures/figure-cells";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { RequireRight } from "@/components/me/require-right";
import type { Column } from "@/components/table/columns";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Empty } from "@/components/ui/empty";
import { type MyTeam, myTeamsQuery } from "@/lib/me/queries";
import { teamPath } from "@/lib/paths";

const columns: readonly Column<MyTeam>[] = [
  {
    header: "Team",
    sort: "name",
    className: "min-w-40",
    cell: ({ name }) => <span className="font-medium break-words">{name}</span>,
  },
  { header: "Your role", cell: ({ role }) => role },
  { header: "Binding budget", cell: ({ figures }) => <BudgetMeter figures={figures} /> },
  { header: "Spend this month", numeric: true, cell: ({ figures }) => <SpendThisMonth figures={figures} /> },
];

const filters: readonly never[] = [];

function MyTeamsTable() {
  const list = useListState(filters);
  const query = useQuery(myTeamsQuery(list.query));
  return (
    <DataTable
      title="Your teams"
      hint="A team’s spend is shown to its owners; since the start of the month, UTC"
      columns={columns}
      query={query}
      list={list}
      isTall
      idOf={({ team_id }) => team_id}
      nameOf={({ name }) => name}
      linkOf={({ team_id }) => teamPath(team_id)}
      searchLabel="Part of the name"
      csvPath="/me/teams"
      csvQuery={{ include: "figures" }}
      empty={<Empty title="You are in no team">An owner of a team, or an administrator, can add you.</Empty>}
    />
  );
}

/** The teams that one has a place in. */
export function MyTeams() {
  return (
    <>
      <PageHeader title="My teams" lead="Whom you share budgets and keys with." action={<Freshness />} />
      <RequireRight action="teams.read" title="Your teams">
        <MyTeamsTable />
      </RequireRight>
    </>
  );
}
