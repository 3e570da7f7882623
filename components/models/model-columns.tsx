import type { Column } from "@/components/table/columns";
import type { Model } from "@/lib/models/queries";
import { BucketPrice, InputLimit, ModelState, OutputLimit, PriceAge, PriceOrigin, ProviderLink } from "./model-facts";
import { bucketLabels, type PriceBucket } from "./price-words";

const name: Column<Model> = {
  header: "Model",
  sort: "name",
  className: "min-w-44",
  cell: (model) => <span className="font-medium break-all">{model.name}</span>,
  note: (model) => model.display_name ?? model.kind,
};
const provider: Column<Model> = { header: "Provider", cell: (model) => <ProviderLink {...model} /> };
const state: Column<Model> = { header: "State", cell: (model) => <ModelState {...model} /> };
const bucket = (of: PriceBucket, more: Pick<Column<Model>, "sort" | "sortsDown" | "priority">): Column<Model> => ({
  header: bucketLabels[of],
  numeric: true,
  ...more,
  cell: (model) => <BucketPrice price={model.price} bucket={of} />,
});
const origin: Column<Model> = {
  header: "Price",
  cell: (model) => <PriceOrigin {...model} />,
  note: (model) => <PriceAge {...model} />,
};
const limits: Column<Model> = {
  header: "Max tokens",
  priority: "wide",
  cell: (model) => <InputLimit {...model} />,
  note: (model) => <OutputLimit {...model} />,
};

const prices = [
  bucket("input_per_mtok_usd", { sort: "input_price", sortsDown: true }),
  bucket("cached_input_per_mtok_usd", { priority: "wide" }),
  bucket("cache_write_per_mtok_usd", { priority: "wide" }),
  bucket("output_per_mtok_usd", { sort: "output_price", sortsDown: true }),
];

export const modelColumns: readonly Column<Model>[] = [name, provider, state, ...prices, origin, limits];
/** For the list of one provider. */
export const ownModelColumns: readonly Column<Model>[] = [name, state, ...prices, origin];
