"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { AuditPanel } from "@/components/audit/audit-panel";
import { ScopeBudgetsPanel, type ScopeFilter } from "@/components/budgets/scope-budgets-panel";
import { SetBudgetButton } from "@/components/budgets/set-budget-button";
import { SpendThisMonth } from "@/components/figures/figure-cells";
import { limitLabels, limitNames } from "@/components/keys/limit-draft";
import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { Select } from "@/components/ui/select";
import { Time } from "@/components/ui/time";
import { formatCount } from "@/lib/client/format";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import type { UserDetail } from "@/lib/users/queries";
import { LastSeen, StateBadge } from "./user-facts";
import { UserTeamsPanel } from "./user-teams-panel";
import { originOf, roleSourceOf } from "./user-words";

function factsOf(user: UserDetail): Fact[] {
  const { manual_role, oidc_role } = user;
  return [
    { term: "State", value: <StateBadge {...user} />, note: user.disabled_reason ?? undefined },
    { term: "Role", value: user.role, note: roleSourceOf(user) },
    { term: "Role by hand", value: manual_role ?? "None" },
    { term: "Role by groups", value: oidc_role ?? "None" },
    { term: "Spend this month (UTC)", value: <SpendThisMonth figures={user.figures} /> },
    { term: "Last seen", value: <LastSeen {...user} /> },
    { term: "Made", value: <Time value={user.created_at} />, note: originOf(user.created_via) },
    ...(user.disabled_at ? [{ term: "Disabled", value: <Time value={user.disabled_at} /> }] : []),
    { term: "Id", value: <code className="font-mono text-xs break-all">{user.id}</code>, isWide: true },
  ];
}

function limitFactsOf(user: UserDetail): Fact[] {
  const { allowed_models, blocked_models } = user;
  return [
    ...limitNames.map((name) => {
      const limit = user[name];
      return { term: limitLabels[name], value: limit === null ? "No limit set" : formatCount(limit) };
    }),
    { term: "Models", value: allowed_models.length > 0 ? allowed_models.join(", ") : "All" },
    ...(blocked_models.length > 0 ? [{ term: "Blocked models", value: blocked_models.join(", ") }] : []),
  ];
}

function IdentitiesCard({ identities }: { identities: NonNullable<UserDetail["identities"]> }) {
  return (
    <Card title="Sign-in" hint="As the identity provider last said it">
      {identities.length === 0 ? (
        <Empty title="Has not signed in yet">The account waits for whoever signs in with its e-mail address.</Empty>
      ) : null}
      {identities.map(({ id, issuer, subject, email, email_verified, groups, last_sync_at }) => (
        <FactList
          key={id}
          className="border-b border-line last:border-b-0"
          facts={[
            { term: "Provider", value: <span className="break-all">{issuer}</span>, isWide: true },
            { term: "Last sync", value: <Time value={last_sync_at} /> },
            {
              term: "E-mail there",
              value: email ?? "None",
              note: email_verified ? "verified" : "not verified",
              isWide: true,
            },
            { term: "Groups", value: groups.length > 0 ? groups.join(", ") : "None" },
            { term: "Subject", value: <code className="font-mono text-xs break-all">{subject}</code>, isWide: true },
          ]}
        />
      ))}
    </Card>
  );
}

/** What binds the person: what is set on them, and on their places in teams. */
function scopesOf({ id, teams }: UserDetail): ScopeFilter[] {
  return [
    { scope_type: "user", scope_id: id },
    ...teams.map(({ team_id }) => ({ scope_type: "member" as const, scope_id: `${team_id}/${id}` })),
  ];
}

function AuditPart({ id }: { id: string }) {
  const [of, setOf] = useState<"target_id" | "actor_id">("target_id");
  const filter = of === "target_id" ? { target_id: id } : { actor_id: id };
  return (
    <AuditPanel
      what="person"
      filter={filter}
      hint={of === "target_id" ? "The last 20 changes of this account" : "The last 20 things that they did"}
      action={
        <Select
          aria-label="Which entries"
          className="w-44"
          value={of}
          onChange={({ target }) => setOf(target.value === "actor_id" ? "actor_id" : "target_id")}
        >
          <option value="target_id">To the account</option>
          <option value="actor_id">By the person</option>
        </Select>
      }
    />
  );
}

/** What is known of a person: who they are, where they have a place, what binds them, what was done. */
export function UserOverview({ of: user }: { of: UserDetail }) {
  const { data: me } = useQuery(meQuery());
  return (
    <div className="grid items-start gap-4 lg:grid-cols-3">
      <div className="grid min-w-0 gap-4">
        <Card title="Facts">
          <FactList facts={factsOf(user)} />
        </Card>
        <Card title="Own limits" hint="Those of keys and teams count too">
          <FactList facts={limitFactsOf(user)} />
        </Card>
        {user.identities ? <IdentitiesCard identities={user.identities} /> : null}
      </div>
      <div className="grid min-w-0 gap-4 lg:col-span-2">
        <UserTeamsPanel of={user} />
        <ScopeBudgetsPanel
          place="admin"
          what="person"
          hint="On the person, their places in teams, and those teams up to the organisation"
          scopes={scopesOf(user)}
          teamIds={user.teams.map(({ team_id }) => team_id)}
          empty={
            <Empty title="No budget binds this person">
              Neither their own nor one of their teams; keys may have their own.
            </Empty>
          }
          action={
            me && hasRight(me, "budgets.write", "all") ? (
              <SetBudgetButton on={{ type: "user", id: user.id, name: user.email }} />
            ) : null
          }
        />
        <AuditPart id={user.id} />
      </div>
    </div>
  );
}
