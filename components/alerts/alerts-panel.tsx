"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { Time } from "@/components/ui/time";
import { type Alert, alertsQuery } from "@/lib/alerts/queries";
import { formatMoney } from "@/lib/client/format";
import { adminBudgetPath, adminBudgetsPath } from "@/lib/paths";
import { ThresholdBadge } from "./alerts-table";

const refreshMs = 30_000;
const shownAtMost = 6;

function AlertLine({ alert }: { alert: Alert }) {
  const { scope, budget, spent_usd } = alert.data;
  return (
    <li className="flex items-start gap-3 px-4 py-2 text-sm">
      <span className="mt-0.5 flex w-12 justify-center">
        <ThresholdBadge threshold={alert.threshold} />
      </span>
      <div className="min-w-0 flex-1">
        <Link href={adminBudgetPath(alert.budget_id)} className="block font-medium break-words hover:underline">
          {scope.name ?? scope.id}
        </Link>
        <p className="text-xs text-muted tabular-nums">
          {formatMoney(spent_usd)} of {formatMoney(budget.limit_usd)}, {budget.period}
          <span className="block">
            <Time value={alert.created_at} />
          </span>
        </p>
      </div>
    </li>
  );
}

/** The thresholds that were crossed last. */
export function AlertsPanel() {
  const query = useQuery({ ...alertsQuery({ limit: shownAtMost }), refetchInterval: refreshMs });
  return (
    <QueryPanel
      title="Recent alerts"
      hint="Newest first"
      query={query}
      lines={4}
      action={
        <Link href={`${adminBudgetsPath}?view=alerts`} className="text-sm text-accent underline">
          All alerts
        </Link>
      }
      isEmpty={(page) => page.data.length === 0}
      empty={
        <Empty title="No alerts yet">Crossing 50, 75, 90 or 100 % of a budget is told once, here and by webhook.</Empty>
      }
    >
      {(page) => (
        <ul className="divide-y divide-line">
          {page.data.map((alert) => (
            <AlertLine key={alert.id} alert={alert} />
          ))}
        </ul>
      )}
    </QueryPanel>
  );
}
