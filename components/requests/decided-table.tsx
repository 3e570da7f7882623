"use client";

import { useQuery } from "@tanstack/react-query";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Empty } from "@/components/ui/empty";
import { requestsQuery } from "@/lib/requests/queries";
import { decidedColumns, type Place } from "./request-columns";
import { askerOf } from "./request-words";
import { StateFilter } from "./state-filter";

const filters = ["state", "budget_id"] as const;
const decidedOnes = { decided: "true", sort: "-created_at" };

/** What was decided or withdrawn, the newest first. */
export function DecidedTable({ place }: { place: Place }) {
  const list = useListState(filters);
  const query = useQuery(requestsQuery({ ...decidedOnes, ...list.query }));
  return (
    <DataTable
      title="Decided"
      hint="USD on top of the limit"
      columns={decidedColumns(place)}
      query={query}
      list={list}
      isTall
      idOf={({ id }) => id}
      nameOf={(request) => `the request of ${askerOf(request)}`}
      searchLabel="Reason, name or e-mail address"
      filters={<StateFilter list={list} states={["approved", "denied", "withdrawn"]} />}
      csvPath="/requests"
      csvQuery={decidedOnes}
      empty={<Empty title="Nothing was decided yet">What is approved, denied or withdrawn is kept here.</Empty>}
    />
  );
}
