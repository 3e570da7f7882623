"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChoiceFilter } from "@/components/table/choice-filter";
import type { Column } from "@/components/table/columns";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Badge } from "@/components/ui/badge";
import { Empty } from "@/components/ui/empty";
import { FilterChips, FilterPicker } from "@/components/usage/filter-bar";
import { filtersIn } from "@/components/usage/usage-state";
import { formatCount, formatInstant } from "@/lib/client/format";
import { type UsageRefusal, usageRefusalsQuery } from "@/lib/usage/queries";
import { factsOf } from "./refusal-facts";
import { TimeFilter } from "./time-filter";
import { callerOf, keyNameOf, refusalWords } from "./words";

const filters = ["from", "to", "error_code", "key_id", "user_id", "team_id"] as const;

function Reason({ refusal }: { refusal: UsageRefusal }) {
  const facts = factsOf(refusal.details);
  return (
    <div className="max-w-xl space-y-1 max-sm:text-left">
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={refusal.http_status >= 500 ? "danger" : "warn"}>
          {refusalWords[refusal.error_code] ?? refusal.error_code}
        </Badge>
        <span className="font-mono text-xs text-muted">
          {refusal.http_status} {refusal.error_code}
        </span>
      </p>
      <p className="break-words">{refusal.message}</p>
      {facts.length > 0 ? (
        <dl className="flex flex-wrap gap-x-4 text-xs text-muted tabular-nums">
          {facts.map(({ term, value }) => (
            <div key={term} className="flex gap-1">
              <dt>{term}</dt>
              <dd className="text-ink">{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </div>
  );
}

const columns: readonly Column<UsageRefusal>[] = [
  {
    header: "Last",
    cell: (refusal) => <span className="whitespace-nowrap tabular-nums">{formatInstant(refusal.last_at)}</span>,
  },
  { header: "Calls", numeric: true, cell: (refusal) => formatCount(refusal.count) },
  {
    header: "Who",
    cell: (refusal) => (
      <>
        <span className="block max-w-48 truncate max-sm:ml-auto">{callerOf(refusal)}</span>
        <span className="block max-w-48 truncate text-xs text-muted max-sm:ml-auto">{keyNameOf(refusal)}</span>
      </>
    ),
  },
  {
    header: "Model asked",
    cell: (refusal) => <span className="block max-w-40 truncate">{refusal.model ?? "–"}</span>,
  },
  { header: "Why", className: "sm:max-w-xl", cell: (refusal) => <Reason refusal={refusal} /> },
];

/** Calls that no provider ever saw, and why. */
export function RefusalsTable() {
  const list = useListState(filters);
  const query = useQuery({ ...usageRefusalsQuery(list.query), placeholderData: keepPreviousData });
  const chosen = filtersIn({ ...list.filters, model: null, provider_id: null, tag: null });
  return (
    <DataTable
      title="Refused calls"
      hint="Alike ones within a minute share a row"
      columns={columns}
      query={query}
      list={list}
      idOf={(refusal) => refusal.id}
      nameOf={(refusal) => `the refusal of ${formatInstant(refusal.last_at)}`}
      csvPath="/usage/refusals"
      filters={
        <>
          <FilterPicker kinds={["key_id", "user_id", "team_id"]} onChange={list.filterBy} />
          <ChoiceFilter
            list={list}
            filter="error_code"
            label="Reason"
            any="Any reason"
            choices={Object.entries(refusalWords)}
            className="max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-56"
          />
          <TimeFilter from={list.filters.from} to={list.filters.to} onChange={list.filterBy} />
          <FilterChips filters={chosen} onChange={list.filterBy} />
        </>
      }
      empty={<Empty title="Nothing was refused">A call that a limit, a budget or a rule stops is told here.</Empty>}
    />
  );
}
