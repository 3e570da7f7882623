"use client";

import { useQueries } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { NotAllowed } from "@/components/layout/not-allowed";
import { Failure, isCode, isWaiting } from "@/components/layout/query-states";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import type { Place } from "@/components/usage/usage-state";
import { budgetsQuery } from "@/lib/budgets/queries";
import type { ScopeType } from "@/lib/budgets/schema";
import { adminBudgetPath, budgetPath } from "@/lib/paths";
import { effectiveTeamQuery } from "@/lib/teams/queries";
import { BudgetRows } from "./budget-rows";

export interface ScopeFilter {
  scope_type: ScopeType;
  scope_id: string;
}

interface ScopeBudgetsPanelProps {
  place: Place;
  /** What it is: `key`. */
  what: string;
  hint?: string;
  /** What the thing's own budgets are found by. */
  scopes: readonly ScopeFilter[];
  /** The teams whose budgets, and those above, count too. */
  teamIds: readonly string[];
  /** What stands there when no budget binds it. */
  empty: ReactNode;
  /** Buttons at the right edge. */
  action?: ReactNode;
}

/** Every budget that binds a thing, with what is left of each. */
export function ScopeBudgetsPanel({ place, what, hint, scopes, teamIds, empty, action }: ScopeBudgetsPanelProps) {
  const pathOf = place === "admin" ? adminBudgetPath : budgetPath;
  const own = useQueries({ queries: scopes.map((scope) => budgetsQuery({ ...scope, limit: 50 })) });
  const teams = useQueries({ queries: teamIds.map(effectiveTeamQuery) });
  const all = [...own, ...teams];
  const failed = all.find((query) => query.data === undefined && query.error && !isWaiting(query));
  const found = [
    ...own.flatMap((query) => query.data?.data ?? []),
    ...teams.flatMap((query) => query.data?.budgets ?? []),
  ];
  // Teams have what is above them in common.
  const budgets = [...new Map(found.map((budget) => [budget.id, budget])).values()];
  const waits = !failed && all.some(isWaiting);
  return (
    <Card title="Budgets" hint={hint} action={action} aria-busy={waits}>
      {waits ? (
        <div className="space-y-3 px-4 py-4">
          <Skeleton className="w-full" />
          <Skeleton className="w-2/3" />
        </div>
      ) : failed?.error ? (
        isCode(failed.error, "forbidden") ? (
          <NotAllowed />
        ) : (
          <Failure error={failed.error} onRetry={() => failed.refetch()} />
        )
      ) : budgets.length === 0 ? (
        empty
      ) : (
        <BudgetRows label={`Budgets of this ${what}`} budgets={budgets} pathOf={({ id }) => pathOf(id)} />
      )}
    </Card>
  );
}
