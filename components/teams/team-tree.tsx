"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { teamTreeQuery } from "@/lib/teams/queries";
import { useTeamActions } from "./team-actions";
import { treeColumns } from "./team-columns";
import { flip, type Openness, rowsOf } from "./tree";

const filters: readonly never[] = [];
const all = Number.POSITIVE_INFINITY;
const firstLook: Openness = { levels: 2, flipped: new Set() };

export const noTeams = (
  <Empty title="No teams yet">
    A team gives its people and keys a budget and limits in common. Make the first with “Create team”.
  </Empty>
);

/** All teams as they stand below each other. */
export function TeamTree() {
  const list = useListState(filters);
  const [openness, setOpenness] = useState(firstLook);
  const actions = useTeamActions();
  const query = useQuery({
    ...teamTreeQuery(),
    select: (page) => ({ data: rowsOf(page.data, openness, list.q), next_cursor: null }),
  });
  const openTo = (levels: number) => setOpenness({ levels, flipped: new Set() });
  return (
    <>
      <DataTable
        title="Team tree"
        hint="A team’s figures count all below it; spend since the start of the month, UTC"
        columns={treeColumns((id) => setOpenness(flip(openness, id)))}
        query={query}
        list={list}
        isTall
        idOf={({ team }) => team.id}
        nameOf={({ team }) => team.name}
        searchLabel="Part of the name"
        filters={
          <>
            <Button onClick={() => openTo(all)}>Open all</Button>
            <Button onClick={() => openTo(0)}>Close all</Button>
          </>
        }
        csvPath="/teams"
        csvQuery={{ include: "figures" }}
        rowMenu={({ team }) => actions.menuOf(team)}
        empty={noTeams}
      />
      {actions.dialog}
    </>
  );
}
