"use client";

import { useQuery } from "@tanstack/react-query";
import { HandCoins } from "lucide-react";
import { useState } from "react";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { useView, Views } from "@/components/layout/views";
import { RequireRight } from "@/components/me/require-right";
import { AskDialog } from "@/components/requests/ask-dialog";
import { MyRequestsTable } from "@/components/requests/my-requests-table";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { useHydrated } from "@/components/ui/use-hydrated";
import { type Budget, myBudgetsQuery } from "@/lib/budgets/queries";
import { type Me, meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { budgetPath } from "@/lib/paths";
import { myBudgetColumns } from "./budget-columns";
import { RiskFilter } from "./budget-filters";
import { ChainPanel } from "./chain-panel";
import { scopeName } from "./words";

const filters = ["at_risk"] as const;
const views = [
  { name: "budgets", label: "Budgets" },
  { name: "requests", label: "Your requests" },
] as const;

/** The fullest first: what one is most likely to ask about. */
export const askableQuery = () => myBudgetsQuery({ limit: 200, sort: "-percent" });

function MyBudgetsTable() {
  const list = useListState(filters);
  const query = useQuery(myBudgetsQuery(list.query));
  return (
    <DataTable
      title="All that may bind you"
      hint="On your keys, on you, and on your teams up to the organisation; USD"
      columns={myBudgetColumns}
      query={query}
      list={list}
      isTall
      idOf={(budget) => budget.id}
      nameOf={(budget) => `the ${budget.period} budget on ${scopeName(budget.scope)}`}
      linkOf={(budget) => budgetPath(budget.id)}
      searchLabel="Name of what the budget is on"
      filters={<RiskFilter list={list} />}
      csvPath="/me/budgets"
      empty={<Empty title="No budget limits you">Nobody has set one on you, your keys or your teams.</Empty>}
    />
  );
}

function AskButton({ budgets }: { budgets: readonly Budget[] }) {
  const [isAsking, setAsking] = useState(false);
  const isReady = useHydrated();
  return (
    <>
      <Button tone="primary" onClick={() => setAsking(true)} disabled={!isReady || budgets.length === 0}>
        <HandCoins aria-hidden="true" className="size-4" />
        Ask for more
      </Button>
      {isAsking ? <AskDialog budgets={budgets} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

function Content({ me, mayAsk }: { me: Me | undefined; mayAsk: boolean }) {
  const [shown, show] = useView(["budgets", "requests"]);
  return (
    <>
      <Views label="My budgets" views={views} shown={shown} onShow={show} />
      {shown === "requests" ? (
        <MyRequestsTable mayAsk={mayAsk} />
      ) : (
        <div className="grid gap-4">
          {me && hasRight(me, "keys.read") ? <ChainPanel me={me} /> : null}
          <MyBudgetsTable />
        </div>
      )}
    </>
  );
}

/** What one's calls are charged to and what is left of it, and the way to more. */
export function MyBudgets() {
  const { data: me } = useQuery(meQuery());
  const mayAsk = me?.user != null && hasRight(me, "requests.write");
  const askable = useQuery({ ...askableQuery(), enabled: mayAsk });
  return (
    <>
      <PageHeader
        title="My budgets"
        lead="What your calls are charged to, and what is left of it. Each budget resets in its own time zone."
        action={
          <div className="flex flex-wrap items-center gap-3">
            <Freshness />
            {mayAsk ? <AskButton budgets={askable.data?.data ?? []} /> : null}
          </div>
        }
      />
      <RequireRight action="budgets.read" title="My budgets">
        <Content me={me} mayAsk={mayAsk} />
      </RequireRight>
    </>
  );
}
