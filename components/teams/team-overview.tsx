"use client";

import { AuditPanel } from "@/components/audit/audit-panel";
import { ScopeBudgetsPanel } from "@/components/budgets/scope-budgets-panel";
import { SetBudgetButton } from "@/components/budgets/set-budget-button";
import { SpendThisMonth } from "@/components/figures/figure-cells";
import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { Time } from "@/components/ui/time";
import type { Place } from "@/components/usage/usage-state";
import { originOf } from "@/components/users/user-words";
import { formatCount } from "@/lib/client/format";
import type { Me } from "@/lib/me/queries";
import { findTeamRole, hasTeamRight } from "@/lib/me/rights";
import type { Team } from "@/lib/teams/queries";
import { EffectivePanel } from "./effective-panel";
import { SubTeamsPanel } from "./sub-teams-panel";

function factsOf(team: Team, me: Me): Fact[] {
  const { figures } = team;
  const role = findTeamRole(me, team.path);
  return [
    ...(role ? [{ term: "Your role", value: role }] : []),
    { term: "Spend this month (UTC)", value: <SpendThisMonth figures={figures} />, note: "with all teams below" },
    { term: "Calls this month", value: figures?.requests == null ? "–" : formatCount(figures.requests) },
    { term: "Calls in 24 hours", value: figures?.requests_24h == null ? "–" : formatCount(figures.requests_24h) },
    { term: "Made", value: <Time value={team.created_at} />, note: originOf(team.created_via) },
    { term: "Id", value: <code className="font-mono text-xs break-all">{team.id}</code>, isWide: true },
  ];
}

interface TeamOverviewProps {
  of: Team;
  me: Me;
  place: Place;
  pathOf: (id: string) => string;
}

/** What is known of a team: what it may spend and use and where that comes from, what stands below it, what was done. */
export function TeamOverview({ of: team, me, place, pathOf }: TeamOverviewProps) {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-3">
      <Card title="Facts">
        <FactList facts={factsOf(team, me)} />
      </Card>
      <div className="grid min-w-0 gap-4 lg:col-span-2">
        <ScopeBudgetsPanel
          place={place}
          what="team"
          hint="Its own and those of the teams above; every one must have room"
          scopes={[]}
          teamIds={[team.id]}
          empty={<Empty title="No budget binds this team">Nothing limits what it spends.</Empty>}
          action={
            // A limit is set from above: on their own team an owner sets none.
            hasTeamRight(me, "budgets.write", team.path.slice(0, -1)) ? (
              <SetBudgetButton on={{ type: "team", id: team.id, name: team.name }} />
            ) : null
          }
        />
        <EffectivePanel id={team.id} />
        <SubTeamsPanel of={team} pathOf={pathOf} />
        <AuditPanel what="team" filter={{ target_id: team.id }} />
      </div>
    </div>
  );
}
