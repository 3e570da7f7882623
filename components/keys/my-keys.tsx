"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { RequireRight } from "@/components/me/require-right";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { useHydrated } from "@/components/ui/use-hydrated";
import { myKeysQuery } from "@/lib/keys/queries";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { useKeyActions } from "./key-actions";
import { myKeyColumns } from "./key-columns";
import { StateFilter } from "./keys-of";
import { QuickKeyDialog } from "./quick-key-dialog";

const filters = ["status"] as const;

function MyKeysTable({ mayWrite }: { mayWrite: boolean }) {
  const list = useListState(filters);
  const query = useQuery(myKeysQuery(list.query));
  const actions = useKeyActions();
  return (
    <>
      <DataTable
        title="Your keys"
        hint="Spend since the start of the month, UTC"
        columns={myKeyColumns}
        query={query}
        list={list}
        isTall
        idOf={(key) => key.id}
        nameOf={(key) => key.name}
        searchLabel="Name, last four characters or id"
        filters={<StateFilter list={list} />}
        csvPath="/me/keys"
        csvQuery={{ include: "figures" }}
        rowMenu={mayWrite ? actions.menuOf : undefined}
        empty={
          <Empty title="No keys yet">
            {mayWrite
              ? "A key lets your programs call models. Make one with “Create key”; it takes a few seconds."
              : "Your role makes no keys. An administrator can make one for you."}
          </Empty>
        }
      />
      {actions.dialog}
    </>
  );
}

/** One's own keys. */
export function MyKeys() {
  const { data: me } = useQuery(meQuery());
  const [isCreating, setCreating] = useState(false);
  const isReady = useHydrated();
  const mayWrite = me?.user != null && hasRight(me, "keys.write");
  return (
    <>
      <PageHeader
        title="My keys"
        lead="What your programs call models with."
        action={
          <div className="flex flex-wrap items-center gap-3">
            <Freshness />
            {mayWrite ? (
              <Button tone="primary" onClick={() => setCreating(true)} disabled={!isReady}>
                <Plus aria-hidden="true" className="size-4" />
                Create key
              </Button>
            ) : null}
          </div>
        }
      />
      <RequireRight action="keys.read" title="Your keys">
        <MyKeysTable mayWrite={mayWrite} />
      </RequireRight>
      {me && mayWrite && isCreating ? <QuickKeyDialog me={me} onClose={() => setCreating(false)} /> : null}
    </>
  );
}
