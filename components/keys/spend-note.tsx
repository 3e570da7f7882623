"use client";

import { useQuery } from "@tanstack/react-query";
import { type Budget, leastLeftQuery } from "@/lib/budgets/queries";
import type { Me } from "@/lib/me/queries";
import { effectiveTeamQuery, teamQuery } from "@/lib/teams/queries";
import { describeSpend } from "./spend";

/** Every budget that a new key of one's own in this team would be charged to. */
function useBudgets(me: Me, teamId: string | null): Budget[] | undefined {
  const mine = useQuery(leastLeftQuery()).data;
  const team = useQuery({ ...teamQuery(teamId ?? ""), enabled: teamId !== null }).data;
  const effective = useQuery({ ...effectiveTeamQuery(teamId ?? ""), enabled: teamId !== null }).data;
  if (!mine || (teamId !== null && (!team || !effective))) return undefined;
  const places = (team?.path ?? []).map((id) => `${id}/${me.user?.id}`);
  const own = mine.data.filter(
    ({ scope }) => scope.type === "user" || (scope.type === "member" && places.includes(scope.id)),
  );
  return [...own, ...(effective?.budgets ?? [])];
}

/** What a new key will really be able to spend, and which budget says so: its own cap among them, as it is typed. */
export function SpendNote({ me, teamId, cap }: { me: Me; teamId: string | null; cap: string }) {
  const budgets = useBudgets(me, teamId);
  const words = budgets && describeSpend(budgets, cap);
  return (
    <p role="status" className="min-h-10 rounded-md bg-sunken px-3 py-2.5 text-sm wrap-anywhere">
      {words ? (
        <>
          {words.before}
          {words.most ? <strong className="font-semibold">{words.most}</strong> : null}
          {words.after}
        </>
      ) : (
        "Looking up what it may spend…"
      )}
    </p>
  );
}
