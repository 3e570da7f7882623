"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChoiceFilter } from "@/components/table/choice-filter";
import type { Column } from "@/components/table/columns";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Badge } from "@/components/ui/badge";
import { Empty } from "@/components/ui/empty";
import { FilterChips, FilterPicker } from "@/components/usage/filter-bar";
import { formatMs } from "@/components/usage/labels";
import { filterNames, filtersIn, type Place } from "@/components/usage/usage-state";
import { formatCount, formatInstant, formatMoney } from "@/lib/client/format";
import { callPath, ownCallPath } from "@/lib/paths";
import { type UsageCall, usageCallsQuery } from "@/lib/usage/queries";
import { callStatuses } from "@/lib/usage/schema";
import { TimeFilter } from "./time-filter";
import { callerOf, keyNameOf, statusTones, statusWords } from "./words";

const filters = ["from", "to", "status", ...filterNames] as const;

const columns: readonly Column<UsageCall>[] = [
  {
    header: "Time",
    sort: "started_at",
    sortsDown: true,
    cell: (call) => <span className="whitespace-nowrap tabular-nums">{formatInstant(call.started_at)}</span>,
  },
  {
    header: "Who",
    cell: (call) => (
      <>
        <span className="block max-w-52 truncate max-sm:ml-auto">{callerOf(call)}</span>
        <span className="block max-w-52 truncate text-xs text-muted max-sm:ml-auto">{keyNameOf(call)}</span>
      </>
    ),
  },
  {
    header: "Model",
    cell: (call) => (
      <>
        <span className="block max-w-52 truncate max-sm:ml-auto">{call.model}</span>
        <span className="block max-w-52 truncate text-xs text-muted max-sm:ml-auto">{call.provider}</span>
      </>
    ),
  },
  {
    header: "Status",
    cell: (call) => (
      <span className="flex flex-wrap items-center gap-x-1.5 max-sm:justify-end">
        <Badge tone={statusTones[call.status]}>{statusWords[call.status]}</Badge>
        <span className="text-xs text-muted">{call.error_code ?? (call.status === "ok" ? "" : call.http_status)}</span>
      </span>
    ),
  },
  { header: "Attempts", numeric: true, priority: "wider", cell: (call) => formatCount(call.attempts) },
  {
    header: "Tokens",
    numeric: true,
    priority: "wide",
    cell: (call) => (
      <span title={`${formatCount(call.prompt_tokens)} prompt, ${formatCount(call.completion_tokens)} completion`}>
        {formatCount(call.prompt_tokens)} + {formatCount(call.completion_tokens)}
      </span>
    ),
  },
  {
    header: "Cost",
    numeric: true,
    cell: (call) => <span title={`${call.cost_usd} USD`}>{formatMoney(call.cost_usd)}</span>,
  },
  { header: "Latency", numeric: true, cell: (call) => formatMs(call.latency_ms) },
];

/** Finished calls that one may see. */
export function CallsTable({ place }: { place: Place }) {
  const list = useListState(filters);
  const query = useQuery({ ...usageCallsQuery(list.query), placeholderData: keepPreviousData });
  const chosen = filtersIn(list.filters);
  const isAnyChosen = Object.keys(chosen).length > 0;
  return (
    <DataTable
      title="Finished calls"
      hint="Tokens: prompt + completion; cost in USD"
      columns={columns}
      query={query}
      list={list}
      idOf={(call) => call.id}
      nameOf={(call) => `the call of ${formatInstant(call.started_at)}`}
      linkOf={(call) => (place === "admin" ? callPath(call.id) : ownCallPath(call.id))}
      searchLabel="Search calls by model, provider, call id or request id"
      csvPath="/usage/events"
      filters={
        <>
          <FilterPicker onChange={list.filterBy} />
          <ChoiceFilter
            list={list}
            filter="status"
            label="Status"
            any="Any status"
            choices={callStatuses.map((status) => [status, statusWords[status]])}
            className="max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-36"
          />
          <TimeFilter from={list.filters.from} to={list.filters.to} onChange={list.filterBy} />
          {isAnyChosen ? <FilterChips filters={chosen} onChange={list.filterBy} /> : null}
        </>
      }
      empty={
        <Empty title="No calls yet">
          A call through <code className="font-mono">/v1</code> appears here once it is settled.
        </Empty>
      }
    />
  );
}
