import { BudgetMeter, SpendThisMonth } from "@/components/figures/figure-cells";
import type { Column } from "@/components/table/columns";
import type { Key } from "@/lib/keys/queries";
import { ExpiryDay, LastUse, Models, Owner, StatusBadge, typeLabels } from "./key-facts";

const name: Column<Key> = {
  header: "Key",
  sort: "name",
  className: "min-w-44",
  cell: (key) => <span className="font-medium wrap-anywhere">{key.name}</span>,
  note: (key) => <span className="font-mono whitespace-nowrap">{key.masked}</span>,
};
const state: Column<Key> = {
  header: "State",
  cell: (key) => <StatusBadge status={key.status} />,
  note: (key) => typeLabels[key.type],
};
const owner: Column<Key> = {
  header: "Owner, team",
  cell: (key) => (
    <span className="block truncate sm:max-w-48 2xl:max-w-64" title={key.user_email ?? undefined}>
      <Owner {...key} />
    </span>
  ),
  note: (key) => <span className="block truncate sm:max-w-48 2xl:max-w-64">{key.team_name ?? "no team"}</span>,
};
const team: Column<Key> = {
  header: "Team",
  cell: (key) => key.team_name ?? <span className="text-muted">–</span>,
  priority: "wide",
};
const models: Column<Key> = {
  header: "Models",
  className: "max-w-32",
  cell: (key) => <Models {...key} />,
  priority: "wider",
};
const budget: Column<Key> = {
  header: "Binding budget",
  sort: "budget_percent",
  sortsDown: true,
  cell: (key) => <BudgetMeter figures={key.figures} />,
};
const spend: Column<Key> = {
  header: "Spend",
  sort: "spend",
  sortsDown: true,
  numeric: true,
  cell: (key) => <SpendThisMonth figures={key.figures} />,
};
const used: Column<Key> = {
  header: "Last used",
  cell: (key) => <LastUse {...key} />,
  priority: "wide",
  isStacked: true,
};
const expiry: Column<Key> = {
  header: "Expires",
  cell: (key) => <ExpiryDay {...key} />,
  priority: "wider",
  isStacked: true,
};

export const adminKeyColumns: readonly Column<Key>[] = [name, state, owner, models, budget, spend, used, expiry];
export const myKeyColumns: readonly Column<Key>[] = [name, state, team, budget, spend, used, expiry];
export const personKeyColumns: readonly Column<Key>[] = [name, state, team, models, budget, spend, used, expiry];
export const teamKeyColumns: readonly Column<Key>[] = [name, state, owner, models, budget, spend, used, expiry];
