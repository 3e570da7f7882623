"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { LongText } from "@/components/ui/long-text";
import { StackedTable } from "@/components/ui/stacked-table";
import { Time } from "@/components/ui/time";
import type { Budget } from "@/lib/budgets/queries";
import { formatMoney } from "@/lib/client/format";
import { requestsQuery } from "@/lib/requests/queries";
import { askerOf, outcomeOf, StateBadge } from "./request-words";
import { useDecisions } from "./use-decisions";

const shownAtMost = 8;

interface BudgetRequestsPanelProps {
  budget: Budget;
  /** Where the others stand. */
  allAt: string;
}

/** What people asked for of one budget; what is open is decided here too. */
export function BudgetRequestsPanel({ budget, allAt }: BudgetRequestsPanelProps) {
  const query = useQuery(requestsQuery({ budget_id: budget.id, sort: "-created_at", limit: shownAtMost }));
  const decisions = useDecisions();
  return (
    <QueryPanel
      title="Requests for more"
      hint={`The last ${shownAtMost}`}
      query={query}
      lines={3}
      action={
        <Link href={allAt} className="text-sm text-accent underline">
          All
        </Link>
      }
      isEmpty={({ data }) => data.length === 0}
      empty={<Empty title="Nobody asked for more">Whoever this budget binds can, under “My budgets”.</Empty>}
    >
      {({ data }) => (
        <>
          <StackedTable
            label="Requests on this budget"
            columns={[
              { header: "Who and why" },
              { header: "More", numeric: true },
              { header: "Until" },
              { header: "State" },
            ]}
            rows={data.map((request) => ({
              key: request.id,
              cells: [
                <div key="who">
                  {askerOf(request)}
                  <div className="text-xs font-normal text-muted">
                    <LongText text={request.reason} />
                  </div>
                </div>,
                formatMoney(request.increase?.amount_usd ?? request.amount_usd),
                request.until || request.increase ? (
                  <Time key="until" value={request.increase?.ends_at ?? request.until ?? ""} />
                ) : (
                  "Not said"
                ),
                <div key="state" className="space-y-1 max-sm:text-right">
                  {request.is_decidable ? decisions.buttonsOf(request) : <StateBadge state={request.state} />}
                  <div className="text-xs text-muted">
                    <LongText text={outcomeOf(request) ?? ""} />
                  </div>
                </div>,
              ],
            }))}
          />
          {decisions.dialog}
        </>
      )}
    </QueryPanel>
  );
}
