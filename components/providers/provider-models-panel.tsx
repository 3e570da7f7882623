"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { CreateModelDialog } from "@/components/models/create-model-dialog";
import { useModelActions } from "@/components/models/model-actions";
import { ownModelColumns } from "@/components/models/model-columns";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Select } from "@/components/ui/select";
import { useHydrated } from "@/components/ui/use-hydrated";
import { modelsQuery } from "@/lib/models/queries";
import { modelPath } from "@/lib/paths";
import type { Provider } from "@/lib/providers/queries";

const filters = ["price_known"] as const;
const shownModels = 10;

/** What a provider serves, and at what price. */
export function ProviderModelsPanel({ of: provider, mayWrite }: { of: Provider; mayWrite: boolean }) {
  const list = useListState(filters, shownModels);
  const query = useQuery(modelsQuery({ sort: "name", ...list.query, provider_id: provider.id }));
  const [isAdding, setAdding] = useState(false);
  const isReady = useHydrated();
  const actions = useModelActions();
  return (
    <>
      <DataTable
        title="Models"
        hint="Prices in USD per million tokens"
        columns={ownModelColumns}
        query={query}
        list={list}
        idOf={(model) => model.id}
        nameOf={(model) => model.name}
        linkOf={(model) => modelPath(model.id)}
        searchLabel="Name or display name of a model"
        filters={
          <>
            <Select
              aria-label="Price"
              className="max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-36"
              value={list.filters.price_known ?? ""}
              onChange={(event) => list.filterBy({ price_known: event.target.value || null })}
            >
              <option value="">Any price</option>
              <option value="false">Without a price</option>
              <option value="true">With a price</option>
            </Select>
            {mayWrite ? (
              <Button disabled={!isReady} onClick={() => setAdding(true)}>
                <Plus aria-hidden="true" className="size-4" />
                Add model
              </Button>
            ) : null}
          </>
        }
        csvPath={`/providers/${provider.id}/models`}
        rowMenu={mayWrite ? actions.menuOf : undefined}
        empty={<Empty title="No models yet">Callers name models. Add those that are served here.</Empty>}
      />
      {actions.dialog}
      {isAdding ? <CreateModelDialog provider={provider} onClose={() => setAdding(false)} /> : null}
    </>
  );
}
