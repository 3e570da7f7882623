"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { StackedTable } from "@/components/ui/stacked-table";
import { Time } from "@/components/ui/time";
import { alertsQuery } from "@/lib/alerts/queries";
import { formatMoney } from "@/lib/client/format";
import { ThresholdBadge } from "./alerts-table";

const shownAtMost = 8;

interface BudgetAlertsPanelProps {
  budgetId: string;
  /** Where all of them stand. */
  allAt?: string;
}

/** The thresholds of one budget that were crossed last, with the id that their webhook deliveries carry. */
export function BudgetAlertsPanel({ budgetId, allAt }: BudgetAlertsPanelProps) {
  const query = useQuery(alertsQuery({ budget_id: budgetId, limit: shownAtMost }));
  return (
    <QueryPanel
      title="Alerts fired"
      hint={`The last ${shownAtMost}, newest first`}
      query={query}
      lines={3}
      action={
        allAt ? (
          <Link href={allAt} className="text-sm text-accent underline">
            All of this budget
          </Link>
        ) : null
      }
      isEmpty={({ data }) => data.length === 0}
      empty={<Empty title="No alerts yet">Crossing one of its thresholds is told once per period.</Empty>}
    >
      {({ data }) => (
        <StackedTable
          label="Alerts of this budget"
          columns={[
            { header: "Threshold" },
            { header: "Spent then", numeric: true },
            { header: "When" },
            { header: "Message" },
          ]}
          rows={data.map((alert) => ({
            key: alert.id,
            cells: [
              <ThresholdBadge key="threshold" threshold={alert.threshold} />,
              `${formatMoney(alert.data.spent_usd)} of ${formatMoney(alert.data.budget.limit_usd)}`,
              <Time key="when" value={alert.created_at} />,
              <code key="message" className="font-mono text-xs break-all">
                {alert.message_id}
              </code>,
            ],
          }))}
        />
      )}
    </QueryPanel>
  );
}
