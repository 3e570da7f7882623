"use client";

import Link from "next/link";
import { AlertsPanel } from "@/components/alerts/alerts-panel";
import { RiskPanel } from "@/components/budgets/risk-panel";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { IfRight } from "@/components/me/if-right";
import { RequireRight } from "@/components/me/require-right";
import { ProvidersPanel } from "@/components/providers/providers-panel";
import { ServerPanel } from "@/components/status/server-panel";
import { SpendPanel } from "@/components/usage/spend-panel";
import { adminKeysPath, settingsPath } from "@/lib/paths";
import { QuickStart } from "./quick-start";
import { OverviewTiles } from "./tiles";

/** The administrators’ front page: what this server is, what was spent, what needs a look, and how to call it. */
export function Overview() {
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
          <IfRight action="settings.read">
            <ServerPanel
              action={
                <Link href={settingsPath} className="text-sm text-accent underline">
                  Settings
                </Link>
              }
            />
          </IfRight>
          <AlertsPanel />
          <IfRight action="providers.read">
            <ProvidersPanel />
          </IfRight>
        </div>
      </div>
    </RequireRight>
  );
}
