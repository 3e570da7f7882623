"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { AlertsTable } from "@/components/alerts/alerts-table";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { useView, Views } from "@/components/layout/views";
import { RequireRight } from "@/components/me/require-right";
import { Button } from "@/components/ui/button";
import { useHydrated } from "@/components/ui/use-hydrated";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { adminBudgetPath } from "@/lib/paths";
import { BudgetDialog } from "./budget-dialog";
import { BudgetsTable } from "./budgets-table";

const views = [
  { name: "budgets", label: "Budgets" },
  { name: "alerts", label: "Alerts" },
] as const;

/** Every budget: what is used, held and free of it; and what was alerted. */
export function BudgetsView() {
  const router = useRouter();
  const { data: me } = useQuery(meQuery());
  const [isCreating, setCreating] = useState(false);
  const [shown, show] = useView(["budgets", "alerts"]);
  const isReady = useHydrated();
  const mayWrite = me !== undefined && hasRight(me, "budgets.write", "all");
  return (
    <>
      <PageHeader
        title="Budgets"
        lead="How much may be spent, on what, and how much of it is gone. Each resets in its own time zone; other times are UTC."
        action={
          <div className="flex flex-wrap items-center gap-3">
            <Freshness />
            {mayWrite ? (
              <Button tone="primary" onClick={() => setCreating(true)} disabled={!isReady}>
                <Plus aria-hidden="true" className="size-4" />
                Create budget
              </Button>
            ) : null}
          </div>
        }
      />
      <RequireRight action="budgets.read" reach="all" title="All budgets">
        <Views label="Budgets" views={views} shown={shown} onShow={show} />
        {shown === "budgets" ? <BudgetsTable mayWrite={mayWrite} /> : <AlertsTable />}
      </RequireRight>
      {isCreating ? (
        <BudgetDialog onClose={() => setCreating(false)} onMade={({ id }) => router.push(adminBudgetPath(id))} />
      ) : null}
    </>
  );
}
