import type { ReactNode } from "react";
import type { Column } from "@/components/table/columns";
import type { Provider } from "@/lib/providers/queries";
import { Calls, Durations, Failed, Keys, Models, ProviderState, Rest, Unpriced } from "./provider-facts";

/** The last hour's figure, below that of the day. */
function lately(show: ReactNode): ReactNode {
  return <span className="whitespace-nowrap">last hour {show}</span>;
}

export const providerColumns: readonly Column<Provider>[] = [
  {
    header: "Provider",
    sort: "name",
    className: "min-w-40",
    cell: (provider) => <span className="font-medium break-words">{provider.display_name ?? provider.name}</span>,
    note: ({ base_url }) => <span className="block max-w-52 truncate">{new URL(base_url).host}</span>,
  },
  { header: "State", cell: (provider) => <ProviderState {...provider} /> },
  { header: "Keys", cell: (provider) => <Keys {...provider} />, note: (provider) => <Rest {...provider} /> },
  { header: "Models", cell: (provider) => <Models {...provider} />, note: (provider) => <Unpriced {...provider} /> },
  {
    header: "Calls",
    numeric: true,
    cell: (provider) => <Calls of={provider} span="day" />,
    note: (provider) => lately(<Calls of={provider} span="hour" />),
  },
  {
    header: "Failed",
    numeric: true,
    cell: (provider) => <Failed of={provider} span="day" />,
    note: (provider) => lately(<Failed of={provider} span="hour" />),
  },
  {
    header: "Latency p50 / p95",
    numeric: true,
    cell: (provider) => <Durations of={provider} span="day" metric="latency" />,
    note: (provider) => lately(<Durations of={provider} span="hour" metric="latency" />),
  },
  {
    header: "First token p50 / p95",
    numeric: true,
    priority: "widest",
    cell: (provider) => <Durations of={provider} span="day" metric="first_token" />,
    note: (provider) => lately(<Durations of={provider} span="hour" metric="first_token" />),
  },
];
