"use client";

import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { Time } from "@/components/ui/time";
import type { Budget } from "@/lib/budgets/queries";
import { formatMoney } from "@/lib/client/format";
import { BudgetMeter, Limit, ResetTime, RunOut } from "./budget-meter";
import { adminScopePath, describePeriod, scopeLabels, scopeName } from "./words";

interface BudgetFactsProps {
  budget: Budget;
  /** Whether one sees the administrators' pages. */
  isAdmin: boolean;
}

function factsOf({ budget, isAdmin }: BudgetFactsProps): Fact[] {
  const { scope, current, thresholds, hard, period } = budget;
  return [
    {
      term: "On",
      value: isAdmin ? (
        <Link href={adminScopePath(scope)} className="text-accent underline">
          {scopeName(scope)}
        </Link>
      ) : (
        scopeName(scope)
      ),
      note: scopeLabels[scope.type],
    },
    {
      term: "At the limit",
      value: <Badge tone={hard ? "accent" : "neutral"}>{hard ? "hard" : "soft"}</Badge>,
      note: hard ? "Refuses calls" : "Counts and alerts only",
    },
    { term: "Limit", value: <Limit budget={budget} /> },
    { term: "Spent", value: formatMoney(current.spent_usd) },
    { term: "Held for calls in flight", value: formatMoney(current.held_usd) },
    { term: "Free", value: formatMoney(current.remaining_usd) },
    { term: "Runs out", value: <RunOut budget={budget} />, note: "If spending goes on as in this period" },
    { term: "Resets", value: <ResetTime budget={budget} /> },
    { term: "Period", value: period, note: describePeriod(current, budget) },
    {
      term: "Alerts at",
      value: thresholds.length > 0 ? `${thresholds.join(", ")} %` : "Never",
    },
    { term: "Made", value: <Time value={budget.created_at} /> },
    { term: "Id", value: <code className="font-mono text-xs break-all">{budget.id}</code> },
  ];
}

/** A budget's terms and where it stands. */
export function BudgetFacts(props: BudgetFactsProps) {
  return (
    <>
      <div className="px-4 pt-4 font-medium">
        <BudgetMeter budget={props.budget} />
      </div>
      <FactList facts={factsOf(props)} />
    </>
  );
}
