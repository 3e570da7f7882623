"use client";

import { useQuery } from "@tanstack/react-query";
import type { Column } from "@/components/table/columns";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Badge } from "@/components/ui/badge";
import { Empty } from "@/components/ui/empty";
import { Time } from "@/components/ui/time";
import { type Alert, alertsQuery } from "@/lib/alerts/queries";
import { formatMoney } from "@/lib/client/format";
import { adminBudgetPath } from "@/lib/paths";

const filters = ["budget_id"] as const;

export function ThresholdBadge({ threshold }: Pick<Alert, "threshold">) {
  return (
    <Badge tone={threshold >= 100 ? "danger" : "warn"} className="tabular-nums">
      {threshold} %
    </Badge>
  );
}

const columns: readonly Column<Alert>[] = [
  {
    header: "On",
    className: "min-w-44",
    cell: ({ data }) => <span className="font-medium break-words">{data.scope.name ?? data.scope.id}</span>,
    note: ({ data }) => `${data.scope.type}, ${data.budget.period}${data.budget.hard ? "" : ", soft"}`,
  },
  { header: "Threshold", cell: (alert) => <ThresholdBadge {...alert} /> },
  { header: "Spent then", numeric: true, cell: ({ data }) => formatMoney(data.spent_usd) },
  { header: "Limit then", numeric: true, cell: ({ data }) => formatMoney(data.budget.limit_usd) },
  { header: "When", sort: "created_at", sortsDown: true, cell: (alert) => <Time value={alert.created_at} /> },
  {
    header: "Message",
    priority: "wide",
    cell: (alert) => <code className="font-mono text-xs break-all">{alert.message_id}</code>,
  },
];

/** The thresholds that were crossed, each with the id that its webhook deliveries carry. */
export function AlertsTable() {
  const list = useListState(filters);
  const query = useQuery(alertsQuery(list.query));
  return (
    <DataTable
      title="Alerts"
      hint="A threshold alerts once per period"
      columns={columns}
      query={query}
      list={list}
      idOf={(alert) => alert.id}
      nameOf={({ data, threshold }) => `the alert at ${threshold} % on ${data.scope.name ?? data.scope.id}`}
      linkOf={(alert) => adminBudgetPath(alert.budget_id)}
      searchLabel="Name of what the budget is on"
      csvPath="/alerts"
      empty={
        <Empty title="No alerts yet">
          Crossing a threshold of a budget is told once, here, by webhook and by mail.
        </Empty>
      }
    />
  );
}
