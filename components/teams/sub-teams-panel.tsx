"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { BudgetMeter, SpendThisMonth } from "@/components/figures/figure-cells";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { StackedTable } from "@/components/ui/stacked-table";
import { type Team, teamsQuery } from "@/lib/teams/queries";

const shownAtMost = 200;

interface SubTeamsPanelProps {
  of: Team;
  pathOf: (id: string) => string;
}

/** The teams right below one. */
export function SubTeamsPanel({ of: team, pathOf }: SubTeamsPanelProps) {
  const query = useQuery(teamsQuery({ parent_id: team.id, sort: "name", limit: shownAtMost }));
  return (
    <QueryPanel
      title="Teams below"
      hint="Spend since the start of the month, UTC"
      query={query}
      isEmpty={({ data }) => data.length === 0}
      empty={<Empty title="No teams below this one" />}
    >
      {({ data, next_cursor }) => (
        <>
          <StackedTable
            label="Teams below"
            columns={[{ header: "Team" }, { header: "Binding budget" }, { header: "Spend this month", numeric: true }]}
            rows={data.map(({ id, name, figures }) => ({
              key: id,
              cells: [
                <Link key="name" href={pathOf(id)} className="font-medium break-words hover:underline">
                  {name}
                </Link>,
                <BudgetMeter key="budget" figures={figures} />,
                <SpendThisMonth key="spend" figures={figures} />,
              ],
            }))}
          />
          {next_cursor ? (
            <p className="border-t border-line px-4 py-2 text-xs text-muted">Only the first {shownAtMost} are shown.</p>
          ) : null}
        </>
      )}
    </QueryPanel>
  );
}
