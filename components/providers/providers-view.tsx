"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { RequireRight } from "@/components/me/require-right";
import { DataTable } from "@/components/table/data-table";
import { type ListState, useListState } from "@/components/table/use-list-state";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Select } from "@/components/ui/select";
import { useHydrated } from "@/components/ui/use-hydrated";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { providerPath } from "@/lib/paths";
import { providersQuery } from "@/lib/providers/queries";
import { CreateProviderDialog } from "./create-provider-dialog";
import { useProviderActions } from "./provider-actions";
import { providerColumns } from "./provider-columns";

type Filter = "enabled" | "resting";
const filters: readonly Filter[] = ["enabled", "resting"];
const refreshMs = 15_000;
/** As long as nobody asks for another order. */
const byName = { sort: "name" };

const states = {
  on: { label: "On", filter: { enabled: "true", resting: null } },
  off: { label: "Off", filter: { enabled: "false", resting: null } },
  resting: { label: "With a resting key", filter: { enabled: null, resting: "true" } },
} as const;
const stateNames = ["on", "off", "resting"] as const;

function StateFilter({ list }: { list: ListState<Filter> }) {
  const { enabled, resting } = list.filters;
  const shown = resting === "true" ? "resting" : enabled === "true" ? "on" : enabled === "false" ? "off" : "";
  const choose = (value: string) => {
    const name = stateNames.find((state) => state === value);
    list.filterBy(name ? states[name].filter : { enabled: null, resting: null });
  };
  return (
    <Select
      aria-label="State"
      className="max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-44"
      value={shown}
      onChange={(event) => choose(event.target.value)}
    >
      <option value="">Any state</option>
      {stateNames.map((name) => (
        <option key={name} value={name}>
          {states[name].label}
        </option>
      ))}
    </Select>
  );
}

function ProvidersTable({ mayWrite }: { mayWrite: boolean }) {
  const list = useListState(filters);
  const query = useQuery({ ...providersQuery({ ...byName, ...list.query }), refetchInterval: refreshMs });
  const actions = useProviderActions();
  return (
    <>
      <DataTable
        title="All providers"
        hint="Last 24 hours and last hour: the running hour with the 23 before it, or with the one before it"
        columns={providerColumns}
        query={query}
        list={list}
        idOf={(provider) => provider.id}
        nameOf={(provider) => provider.name}
        linkOf={(provider) => providerPath(provider.id)}
        searchLabel="Name or display name"
        filters={<StateFilter list={list} />}
        csvPath="/providers"
        csvQuery={{ ...byName, include: "figures" }}
        rowMenu={mayWrite ? actions.menuOf : undefined}
        empty={
          <Empty title="No providers yet">
            Models are served by providers. Add one with its address and a key with “Add provider”.
          </Empty>
        }
      />
      {actions.dialog}
    </>
  );
}

/** Where models are served: whether it works, how well, and what can be done about it. */
export function ProvidersView() {
  const { data: me } = useQuery(meQuery());
  const [isCreating, setCreating] = useState(false);
  const isReady = useHydrated();
  const mayWrite = me !== undefined && hasRight(me, "providers.write");
  return (
    <>
      <PageHeader
        title="Providers"
        lead="Where models are served, with the keys that open them, and how their calls go."
        action={
          <div className="flex flex-wrap items-center gap-3">
            <Freshness />
            {mayWrite ? (
              <Button tone="primary" onClick={() => setCreating(true)} disabled={!isReady}>
                <Plus aria-hidden="true" className="size-4" />
                Add provider
              </Button>
            ) : null}
          </div>
        }
      />
      <RequireRight action="providers.read" title="All providers">
        <ProvidersTable mayWrite={mayWrite} />
      </RequireRight>
      {mayWrite && isCreating ? <CreateProviderDialog onClose={() => setCreating(false)} /> : null}
    </>
  );
}
