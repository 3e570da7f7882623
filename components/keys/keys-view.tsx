"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { RequireRight } from "@/components/me/require-right";
import { DataTable } from "@/components/table/data-table";
import { useSelection } from "@/components/table/selection";
import { useListState } from "@/components/table/use-list-state";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { useHydrated } from "@/components/ui/use-hydrated";
import { keysQuery } from "@/lib/keys/queries";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { adminKeyPath } from "@/lib/paths";
import { BulkKeys } from "./bulk-keys";
import { CreateKeyDialog } from "./create-key-dialog";
import { useKeyActions } from "./key-actions";
import { adminKeyColumns } from "./key-columns";
import { KeyFilters } from "./key-filters";

const filters = ["type", "status", "team_id", "user_id"] as const;

function KeysTable({ mayWrite }: { mayWrite: boolean }) {
  const list = useListState(filters);
  const query = useQuery(keysQuery(list.query));
  const selection = useSelection();
  const actions = useKeyActions();
  return (
    <>
      <DataTable
        title="All keys"
        hint="Spend since the start of the month, UTC"
        columns={adminKeyColumns}
        query={query}
        list={list}
        isTall
        idOf={(key) => key.id}
        nameOf={(key) => key.name}
        linkOf={(key) => adminKeyPath(key.id)}
        searchLabel="Name, last four characters or id"
        filters={<KeyFilters list={list} />}
        csvPath="/keys"
        csvQuery={{ include: "figures" }}
        selection={mayWrite ? selection : undefined}
        bulk={<BulkKeys selection={selection} />}
        rowMenu={mayWrite ? actions.menuOf : undefined}
        empty={
          <Empty title="No keys yet">
            A key lets a program call models. Make one for a team, a person or a guest with “Create key”.
          </Empty>
        }
      />
      {actions.dialog}
    </>
  );
}

/** Every key: who has it, what it spends, and what can be done with it. */
export function KeysView() {
  const { data: me } = useQuery(meQuery());
  const [isCreating, setCreating] = useState(false);
  const isReady = useHydrated();
  const mayWrite = me !== undefined && hasRight(me, "keys.write", "all");
  return (
    <>
      <PageHeader
        title="Keys"
        lead="Every credential that calls models through this server, or manages it."
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
      <RequireRight action="keys.read" reach="all" title="All keys">
        <KeysTable mayWrite={mayWrite} />
      </RequireRight>
      {me && mayWrite ? <CreateKeyDialog isOpen={isCreating} me={me} onClose={() => setCreating(false)} /> : null}
    </>
  );
}
