"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { sharedOf } from "@/components/budgets/binding";
import { BudgetRows } from "@/components/budgets/budget-rows";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { leastLeftQuery } from "@/lib/budgets/queries";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { budgetPath, budgetsPath } from "@/lib/paths";

const shownAtMost = 8;

/** What one's calls are charged to, and what is left of it. */
export function MyBudgetsPanel() {
  const { data: me } = useQuery(meQuery());
  const mayAsk = me?.user != null && hasRight(me, "requests.write");
  const query = useQuery(leastLeftQuery());
  return (
    <QueryPanel
      title="What is left"
      hint="Least first. Your calls need room in each of these, as far as they are charged to it"
      query={query}
      lines={4}
      action={
        <Link href={budgetsPath} className="text-sm text-accent underline">
          {mayAsk ? "All, and ask for more" : "All budgets"}
        </Link>
      }
      isEmpty={({ data }) => sharedOf(data).length === 0}
      empty={
        <Empty title="No budget limits you">Nobody has set one on you or your teams; a key may have its own.</Empty>
      }
    >
      {({ data }) => (
        <BudgetRows
          label="Budgets that may bind you"
          budgets={sharedOf(data).slice(0, shownAtMost)}
          pathOf={({ id }) => budgetPath(id)}
        />
      )}
    </QueryPanel>
  );
}
