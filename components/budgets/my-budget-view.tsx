"use client";

import { useQuery } from "@tanstack/react-query";
import { HandCoins } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { BudgetAlertsPanel } from "@/components/alerts/budget-alerts-panel";
import { Crumbs } from "@/components/layout/crumbs";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { QueryPanel } from "@/components/layout/query-panel";
import { RequireRight } from "@/components/me/require-right";
import { AskDialog } from "@/components/requests/ask-dialog";
import { BudgetRequestsPanel } from "@/components/requests/budget-requests-panel";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { type SeenBudget, seenBudgetQuery } from "@/lib/budgets/queries";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { budgetsPath } from "@/lib/paths";
import { useBudgetActions } from "./budget-actions";
import { BudgetFacts } from "./budget-facts";
import { BurnDownChart } from "./burn-down-chart";
import { IncreasesPanel } from "./increases-panel";
import { askableQuery } from "./my-budgets";
import { PeriodsTable } from "./periods-table";
import { describeTerms, scopeLabels, scopeName } from "./words";

const requestsAt = `${budgetsPath}?view=requests`;

function Head({ seen }: { seen: SeenBudget | undefined }) {
  const router = useRouter();
  const shown = seen?.budget;
  const { data: me } = useQuery(meQuery());
  const mayAsk = me?.user != null && hasRight(me, "requests.write");
  const askable = useQuery({ ...askableQuery(), enabled: mayAsk });
  const [isAsking, setAsking] = useState(false);
  const actions = useBudgetActions(() => router.push(budgetsPath));
  // Of what binds others alone, as an owner sees it, one asks for nothing.
  const binds = shown !== undefined && askable.data?.data.some(({ id }) => id === shown.id) === true;
  return (
    <>
      <Crumbs steps={[{ label: "My budgets", path: budgetsPath }]} />
      <PageHeader
        title={shown ? `Budget on ${scopeName(shown.scope)}` : "Budget"}
        lead={shown ? `${scopeLabels[shown.scope.type]}, ${describeTerms(shown)}` : "\u00a0"}
        action={<Freshness />}
      />
      <div className="mb-4 flex min-h-8 flex-wrap gap-2">
        {binds ? (
          <Button onClick={() => setAsking(true)}>
            <HandCoins aria-hidden="true" className="size-4" />
            Ask for more
          </Button>
        ) : null}
        {seen?.isChangeable ? actions.buttonsOf(seen.budget) : null}
      </div>
      {actions.dialog}
      {shown && isAsking ? <AskDialog budgets={[shown]} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

function Use({ seen: { budget, isOpen } }: { seen: SeenBudget }) {
  if (!isOpen)
    return (
      <>
        <Card title="Burn-down">
          <Empty title="How it is used is not yours to see">
            This budget is above your teams. It binds your calls, so you see what is left of it.
          </Empty>
        </Card>
        <IncreasesPanel budget={budget} />
        <BudgetRequestsPanel budget={budget} allAt={requestsAt} />
      </>
    );
  return (
    <>
      <BurnDownChart budget={budget} />
      <IncreasesPanel budget={budget} />
      <BudgetRequestsPanel budget={budget} allAt={requestsAt} />
      <BudgetAlertsPanel budgetId={budget.id} />
      <PeriodsTable budget={budget} />
    </>
  );
}

/** One budget that binds oneself, or that one watches over: where it stands, and as far as one may see it, how it came there. */
export function MyBudgetView({ id }: { id: string }) {
  const query = useQuery(seenBudgetQuery(id));
  return (
    <RequireRight action="budgets.read" title="Budget">
      <Head seen={query.data} />
      <div className="grid items-start gap-4 lg:grid-cols-3">
        <QueryPanel title="Facts" query={query} lines={12}>
          {({ budget }) => <BudgetFacts budget={budget} isAdmin={false} />}
        </QueryPanel>
        <div className="grid min-w-0 gap-4 lg:col-span-2">{query.data ? <Use seen={query.data} /> : null}</div>
      </div>
    </RequireRight>
  );
}
