"use client";

import { AlertsPanel } from "@/components/alerts/alerts-panel";
import { RiskPanel } from "@/components/budgets/risk-panel";
import { Freshness } from "@/components/layout/freshness";
import { ProvidersPanel } from "@/components/providers/providers-panel";
import { ServerPanel } from "@/components/status/server-panel";
import { SpendPanel } from "@/components/usage/spend-panel";
import { QuickStart } from "./quick-start";

/** The front page: what this server is, what was spent, what needs a look, and how to call it. */
export function Overview() {
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <h1 className="text-xl font-semibold tracking-tight">Overview</h1>
        <Freshness />
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-3">
        <div className="grid min-w-0 gap-4 lg:col-span-2">
          <SpendPanel />
          <RiskPanel />
          <QuickStart />
        </div>
        <div className="grid min-w-0 gap-4">
          <ServerPanel />
          <AlertsPanel />
          <ProvidersPanel />
        </div>
      </div>
    </>
  );
}
