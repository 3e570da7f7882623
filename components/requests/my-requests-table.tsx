"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { scopeName } from "@/components/budgets/words";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Empty } from "@/components/ui/empty";
import { Menu } from "@/components/ui/menu";
import { type BudgetRequest, requestsQuery } from "@/lib/requests/queries";
import { requestStates } from "@/lib/requests/schema";
import { myRequestColumns } from "./request-columns";
import { StateFilter } from "./state-filter";
import { WithdrawRequest } from "./withdraw-request";

const filters = ["state"] as const;
const own = { mine: "true", sort: "-created_at" };

/** What one asked for, and what became of it. */
export function MyRequestsTable({ mayAsk }: { mayAsk: boolean }) {
  const list = useListState(filters);
  const query = useQuery(requestsQuery({ ...own, ...list.query }));
  const [withdrawn, withdraw] = useState<BudgetRequest | null>(null);
  const menuOf = (request: BudgetRequest) =>
    request.state === "open" ? (
      <Menu
        label={`Actions on the request on ${scopeName(request.budget.scope)}`}
        actions={[{ label: "Withdraw", onSelect: () => withdraw(request), isDangerous: true }]}
      />
    ) : null;
  return (
    <>
      <DataTable
        title="Your requests"
        hint="USD on top of the limit; times are UTC"
        columns={myRequestColumns}
        query={query}
        list={list}
        isTall
        idOf={({ id }) => id}
        nameOf={(request) => `the request on ${scopeName(request.budget.scope)}`}
        searchLabel="Part of the reason"
        filters={<StateFilter list={list} states={requestStates} />}
        csvPath="/requests"
        csvQuery={own}
        rowMenu={mayAsk ? menuOf : undefined}
        empty={
          <Empty title="You have not asked for anything">
            {mayAsk
              ? "When a budget runs short, “Ask for more” sends a request to those who set its limit."
              : "Your role asks for nothing. An administrator can raise a limit for you."}
          </Empty>
        }
      />
      {withdrawn ? <WithdrawRequest request={withdrawn} onClose={() => withdraw(null)} /> : null}
    </>
  );
}
