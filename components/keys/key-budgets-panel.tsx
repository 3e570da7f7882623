"use client";

import { useQueries, useQuery } from "@tanstack/react-query";
import { BudgetRows } from "@/components/budgets/budget-rows";
import { NotAllowed } from "@/components/layout/not-allowed";
import { Failure, isCode, isWaiting } from "@/components/layout/query-states";
import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { type BudgetFilter, budgetsQuery } from "@/lib/budgets/queries";
import type { Key } from "@/lib/keys/queries";
import { effectiveTeamQuery } from "@/lib/teams/queries";

/** What budgets of the key itself, its owner, and their place in the team are found by. */
function ownScopes({ id, user_id, team_id }: Key): BudgetFilter[] {
  return [
    { scope_type: "key", scope_id: id },
    ...(user_id ? [{ scope_type: "user" as const, scope_id: user_id }] : []),
    ...(user_id && team_id ? [{ scope_type: "member" as const, scope_id: `${team_id}/${user_id}` }] : []),
  ];
}

/** Every budget that a call with this key has to have room in. */
export function KeyBudgetsPanel({ of: key }: { of: Key }) {
  const own = useQueries({ queries: ownScopes(key).map((scope) => budgetsQuery({ ...scope, limit: 50 })) });
  const team = useQuery({ ...effectiveTeamQuery(key.team_id ?? ""), enabled: key.team_id !== null });
  const all = [...own, ...(key.team_id ? [team] : [])];
  const failed = all.find((query) => query.data === undefined && query.error && !isWaiting(query));
  const budgets = [...own.flatMap((query) => query.data?.data ?? []), ...(team.data?.budgets ?? [])];
  const waits = !failed && all.some(isWaiting);
  return (
    <Card title="Budgets" hint="Every one must have room for a call" aria-busy={waits}>
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
        <Empty title="No budget binds this key">Nothing limits what it spends.</Empty>
      ) : (
        <BudgetRows label="Budgets of this key" budgets={budgets} />
      )}
    </Card>
  );
}
