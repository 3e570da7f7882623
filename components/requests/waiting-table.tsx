"use client";

import { useQuery } from "@tanstack/react-query";
import type { Column } from "@/components/table/columns";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Empty } from "@/components/ui/empty";
import { type BudgetRequest, requestsQuery } from "@/lib/requests/queries";
import { type Place, waitingColumns } from "./request-columns";
import { askerOf } from "./request-words";
import { useDecisions } from "./use-decisions";

const filters = ["budget_id"] as const;
const inbox = { state: "open", decidable: "true" };

/** What waits for the visitor's decision; who waits longest stands first. */
export function WaitingTable({ place }: { place: Place }) {
  const list = useListState(filters);
  const query = useQuery(requestsQuery({ ...inbox, sort: "created_at", ...list.query }));
  const decisions = useDecisions();
  const decision: Column<BudgetRequest> = { header: "Decision", cell: decisions.buttonsOf };
  return (
    <>
      <DataTable
        title="Waiting for a decision"
        hint="USD on top of the limit"
        columns={[...waitingColumns(place), decision]}
        query={query}
        list={list}
        isTall
        idOf={({ id }) => id}
        nameOf={(request) => `the request of ${askerOf(request)}`}
        searchLabel="Reason, name or e-mail address"
        csvPath="/requests"
        csvQuery={{ ...inbox, sort: "created_at" }}
        empty={
          <Empty title="Nothing waits for you">
            When somebody asks for more of a budget whose limit you set, it stands here. What you asked for yourself is
            decided by others.
          </Empty>
        }
      />
      {decisions.dialog}
    </>
  );
}
