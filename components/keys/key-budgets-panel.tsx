"use client";

import { useQuery } from "@tanstack/react-query";
import { BudgetRows } from "@/components/budgets/budget-rows";
import { SetBudgetButton } from "@/components/budgets/set-budget-button";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { type Key, keyChainQuery } from "@/lib/keys/queries";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { adminBudgetPath } from "@/lib/paths";

/** Every budget that a call with this key has to have room in. */
export function KeyBudgetsPanel({ of: key }: { of: Key }) {
  const { data: me } = useQuery(meQuery());
  const query = useQuery(keyChainQuery(key.id));
  return (
    <QueryPanel
      title="Budgets"
      hint="Every one must have room for a call"
      query={query}
      action={
        me && hasRight(me, "budgets.write", "all") ? (
          <SetBudgetButton on={{ type: "key", id: key.id, name: key.name }} />
        ) : null
      }
      isEmpty={({ levels }) => levels.every(({ budgets }) => budgets.length === 0)}
      empty={<Empty title="No budget binds this key">Nothing limits what it spends.</Empty>}
    >
      {({ levels }) => (
        <BudgetRows
          label="Budgets of this key"
          budgets={levels.flatMap(({ budgets }) => budgets)}
          pathOf={({ id }) => adminBudgetPath(id)}
        />
      )}
    </QueryPanel>
  );
}
