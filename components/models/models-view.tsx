"use client";

import { useQuery } from "@tanstack/react-query";
import { Picker } from "@/components/form/picker";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { RequireRight } from "@/components/me/require-right";
import { providerSource } from "@/components/providers/provider-source";
import { ChoiceFilter } from "@/components/table/choice-filter";
import { DataTable } from "@/components/table/data-table";
import { type ListState, useListState } from "@/components/table/use-list-state";
import type { Option } from "@/components/ui/combobox";
import { Empty } from "@/components/ui/empty";
import { modelsQuery } from "@/lib/models/queries";
import { modelKinds } from "@/lib/models/schema";
import { modelPath } from "@/lib/paths";
import { providerQuery } from "@/lib/providers/queries";
import { useModelActions } from "./model-actions";
import { modelColumns } from "./model-columns";

type Filter = "provider_id" | "kind" | "enabled" | "price_known";
const filters: readonly Filter[] = ["provider_id", "kind", "enabled", "price_known"];
/** As long as nobody asks for another order. */
const byName = { sort: "name" };

/** What the provider of the address is called; its id until that is known. */
function useProviderOption(id: string | null): Option | null {
  const { data } = useQuery({ ...providerQuery(id ?? ""), enabled: id !== null });
  return id === null ? null : { id, label: data?.id === id ? data.name : id };
}

const half = "max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-32";

function ModelFilters({ list }: { list: ListState<Filter> }) {
  const provider = useProviderOption(list.filters.provider_id);
  return (
    <>
      <div className="min-w-0 max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-44">
        <Picker
          aria-label="Provider"
          placeholder="Any provider"
          source={providerSource}
          value={provider}
          onChange={(option) => list.filterBy({ provider_id: option?.id ?? null })}
        />
      </div>
      <ChoiceFilter
        className={half}
        list={list}
        filter="price_known"
        label="Price"
        any="Any price"
        choices={[
          ["false", "Without a price"],
          ["true", "With a price"],
        ]}
      />
      <ChoiceFilter
        className={half}
        list={list}
        filter="enabled"
        label="State"
        any="On and off"
        choices={[
          ["true", "On"],
          ["false", "Off"],
        ]}
      />
      <ChoiceFilter className={half} list={list} filter="kind" label="Kind" any="Any kind" choices={modelKinds} />
    </>
  );
}

function ModelsTable() {
  const list = useListState(filters);
  const query = useQuery(modelsQuery({ ...byName, ...list.query }));
  const actions = useModelActions();
  return (
    <>
      <DataTable
        title="All models"
        hint="Prices in USD per million tokens"
        columns={modelColumns}
        query={query}
        list={list}
        idOf={(model) => model.id}
        nameOf={(model) => model.name}
        linkOf={(model) => modelPath(model.id)}
        searchLabel="Name or display name"
        filters={<ModelFilters list={list} />}
        csvPath="/models"
        csvQuery={byName}
        rowMenu={actions.menuOf}
        empty={<Empty title="No models yet">A model stands at a provider. Add one on the provider’s page.</Empty>}
      />
      {actions.dialog}
    </>
  );
}

/** Every model: at which provider, at what price and where that comes from. */
export function ModelsView() {
  return (
    <>
      <PageHeader title="Models" lead="What callers can name, and what it costs them." action={<Freshness />} />
      <RequireRight action="models.write" title="All models">
        <ModelsTable />
      </RequireRight>
    </>
  );
}
