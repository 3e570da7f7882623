"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { AlertsPanel } from "@/components/alerts/alerts-panel";
import { RiskPanel } from "@/components/budgets/risk-panel";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { RequireRight } from "@/components/me/require-right";
import { ProvidersPanel } from "@/components/providers/providers-panel";
import { ServerPanel } from "@/components/status/server-panel";
import { SpendPanel } from "@/components/usage/spend-panel";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { adminKeysPath, settingsPath } from "@/lib/paths";
import { QuickStart } from "./quick-start";
import { OverviewTiles } from "./tiles";

/** The administrators’ front page: what this server is, what was spent, what needs a look, and how to call it. */
export function Overview() {
  const { data: me } = useQuery(meQuery());
  return (
    <RequireRight action="users.read" reach="all" title="Overview">
      <PageHeader title="Overview" action={<Freshness />} />
      <OverviewTiles />
      <div className="grid items-start gap-4 lg:grid-cols-3">
        <div className="grid min-w-0 gap-4 lg:col-span-2">
          <SpendPanel />
          <RiskPanel />
          <QuickStart keysAt={adminKeysPath} />
        </div>
        <div className="grid min-w-0 gap-4">
          {me && hasRight(me, "settings.read") ? (
            <ServerPanel
              action={
                <Link href={settingsPath} className="text-sm text-accent underline">
                  Settings
                </Link>
              }
            />
          ) : null}
          <AlertsPanel />
          {me && hasRight(me, "providers.read") ? <ProvidersPanel /> : null}
        </div>
      </div>
    </RequireRight>
  );
}
