"use client";

import { useQuery } from "@tanstack/react-query";
import { findBinding } from "@/components/budgets/binding";
import { type Budget, myBudgetsQuery } from "@/lib/budgets/queries";
import { formatMoney, formatTime } from "@/lib/client/format";
import type { Me } from "@/lib/me/queries";
import { parseUsd, usdPattern } from "@/lib/money";
import { effectiveTeamQuery, teamQuery } from "@/lib/teams/queries";

/** Every budget that a new key of one's own in this team would be charged to. */
function useBudgets(me: Me, teamId: string | null): Budget[] | undefined {
  const mine = useQuery(myBudgetsQuery({ limit: 200 })).data;
  const team = useQuery({ ...teamQuery(teamId ?? ""), enabled: teamId !== null }).data;
  const effective = useQuery({ ...effectiveTeamQuery(teamId ?? ""), enabled: teamId !== null }).data;
  if (!mine || (teamId !== null && (!team || !effective))) return undefined;
  const places = (team?.path ?? []).map((id) => `${id}/${me.user?.id}`);
  const own = mine.data.filter(
    ({ scope }) => scope.type === "user" || (scope.type === "member" && places.includes(scope.id)),
  );
  return [...own, ...(effective?.budgets ?? [])];
}

function isCapAbove(cap: string, left: string): boolean {
  return usdPattern.test(cap) && parseUsd(cap) > parseUsd(left);
}

/** What a new key will really be able to spend, and which budget says so. */
export function SpendNote({ me, teamId, cap }: { me: Me; teamId: string | null; cap: string }) {
  const budgets = useBudgets(me, teamId);
  const binding = budgets ? findBinding(budgets) : null;
  return (
    <p role="status" className="min-h-10 rounded-md bg-sunken px-3 py-2.5 text-sm">
      {budgets === undefined ? "Looking up what it may spend…" : null}
      {budgets !== undefined && binding === null ? "No budget limits what this key may spend." : null}
      {binding ? (
        <>
          It can spend at most <strong className="font-semibold">{formatMoney(binding.current.remaining_usd)}</strong>
          {binding.current.period_end ? ` until ${formatTime(binding.current.period_end)}` : ""}: the {binding.period}{" "}
          budget of the {binding.scope.type} {binding.scope.name ?? binding.scope.id} binds.
          {isCapAbove(cap.trim(), binding.current.remaining_usd) ? " Your cap is above that." : ""}
        </>
      ) : null}
    </p>
  );
}
