"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { BudgetAlertsPanel } from "@/components/alerts/budget-alerts-panel";
import { AuditPanel } from "@/components/audit/audit-panel";
import { Crumbs } from "@/components/layout/crumbs";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { QueryPanel } from "@/components/layout/query-panel";
import { RequireRight } from "@/components/me/require-right";
import { BudgetRequestsPanel } from "@/components/requests/budget-requests-panel";
import { type BudgetDetail, budgetQuery } from "@/lib/budgets/queries";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { adminApprovalsPath, adminBudgetsPath } from "@/lib/paths";
import { useBudgetActions } from "./budget-actions";
import { BudgetFacts } from "./budget-facts";
import { BurnDownChart } from "./burn-down-chart";
import { IncreasesPanel } from "./increases-panel";
import { PeriodsTable } from "./periods-table";
import { describeTerms, scopeLabels, scopeName } from "./words";

function Head({ shown }: { shown: BudgetDetail | undefined }) {
  const router = useRouter();
  const actions = useBudgetActions(() => router.push(adminBudgetsPath));
  return (
    <>
      <Crumbs steps={[{ label: "Budgets", path: adminBudgetsPath }]} />
      <PageHeader
        title={shown ? `Budget on ${scopeName(shown.scope)}` : "Budget"}
        lead={shown ? `${scopeLabels[shown.scope.type]}, ${describeTerms(shown)}` : "…"}
        action={<Freshness />}
      />
      <div className="mb-4 flex min-h-8 flex-wrap gap-2">{shown?.is_changeable ? actions.buttonsOf(shown) : null}</div>
      {actions.dialog}
    </>
  );
}

/** One budget: how it is used up, what is on top of it for now, what people ask for, what was alerted, and who did what to it. */
export function BudgetView({ id }: { id: string }) {
  const query = useQuery(budgetQuery(id));
  const { data: me } = useQuery(meQuery());
  const mayAudit = me !== undefined && hasRight(me, "audit.read");
  return (
    <RequireRight action="budgets.read" reach="all" title="Budget">
      <Head shown={query.data} />
      <div className="grid items-start gap-4 lg:grid-cols-3">
        <QueryPanel title="Facts" query={query} lines={12}>
          {(budget) => <BudgetFacts budget={budget} isAdmin />}
        </QueryPanel>
        <div className="grid min-w-0 gap-4 lg:col-span-2">
          {query.data ? (
            <>
              <BurnDownChart budget={query.data} />
              <IncreasesPanel budget={query.data} />
              <BudgetRequestsPanel
                budget={query.data}
                allAt={`${adminApprovalsPath}?${new URLSearchParams({ view: "decided", budget_id: id })}`}
              />
              <BudgetAlertsPanel
                budgetId={id}
                allAt={`${adminBudgetsPath}?${new URLSearchParams({ view: "alerts", budget_id: id })}`}
              />
              <PeriodsTable budget={query.data} />
              {mayAudit ? <AuditPanel what="budget" filter={{ target_id: id }} /> : null}
            </>
          ) : null}
        </div>
      </div>
    </RequireRight>
  );
}
