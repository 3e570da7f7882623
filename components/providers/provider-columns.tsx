import type { Column } from "@/components/table/columns";
import type { Provider } from "@/lib/providers/queries";
import { type FigureName, Keys, Models, OfDay, OfHour, ProviderState, Rest, Unpriced } from "./provider-facts";

const traffic = (header: string, figure: FigureName): Column<Provider> => ({
  header,
  numeric: true,
  cell: (provider) => <OfDay of={provider} figure={figure} />,
  note: (provider) => <OfHour of={provider} figure={figure} />,
});

export const providerColumns: readonly Column<Provider>[] = [
  {
    header: "Provider",
    sort: "name",
    className: "min-w-40",
    cell: (provider) => <span className="font-medium break-words">{provider.display_name ?? provider.name}</span>,
    note: ({ base_url }) => <span className="block max-w-64 truncate">{new URL(base_url).host}</span>,
  },
  { header: "State", cell: (provider) => <ProviderState {...provider} /> },
  { header: "Keys", cell: (provider) => <Keys {...provider} />, note: (provider) => <Rest {...provider} /> },
  { header: "Models", cell: (provider) => <Models {...provider} />, note: (provider) => <Unpriced {...provider} /> },
  traffic("Calls, 24 h", "calls"),
  traffic("Failed, 24 h", "failed"),
  traffic("Latency p50 / p95", "latency"),
  { ...traffic("First token p50 / p95", "first_token"), priority: "widest" },
];
