import { BudgetMeter, SpendThisMonth } from "@/components/figures/figure-cells";
import type { Column } from "@/components/table/columns";
import type { Key } from "@/lib/keys/queries";
import { Expiry, LastUse, Models, Owner, StatusBadge, typeLabels } from "./key-facts";

const name: Column<Key> = {
  header: "Key",
  sort: "name",
  className: "min-w-44",
  cell: (key) => <span className="font-medium break-words">{key.name}</span>,
  note: (key) => <span className="font-mono whitespace-nowrap">{key.masked}</span>,
};
const state: Column<Key> = { header: "State", cell: (key) => <StatusBadge status={key.status} /> };
const type: Column<Key> = { header: "Type", cell: (key) => typeLabels[key.type], priority: "widest" };
const owner: Column<Key> = { header: "Owner", cell: (key) => <Owner {...key} />, className: "sm:max-w-44" };
const team: Column<Key> = {
  header: "Team",
  cell: (key) => key.team_name ?? <span className="text-muted">–</span>,
  priority: "wide",
};
const models: Column<Key> = { header: "Models", cell: (key) => <Models {...key} />, priority: "widest" };
const budget: Column<Key> = {
  header: "Binding budget",
  sort: "budget_percent",
  sortsDown: true,
  cell: (key) => <BudgetMeter figures={key.figures} />,
};
const spend: Column<Key> = {
  header: "Spend this month",
  sort: "spend",
  sortsDown: true,
  numeric: true,
  cell: (key) => <SpendThisMonth figures={key.figures} />,
};
const used: Column<Key> = { header: "Last used", cell: (key) => <LastUse {...key} />, priority: "wide" };
const expiry: Column<Key> = { header: "Expires", cell: (key) => <Expiry {...key} />, priority: "widest" };

export const adminKeyColumns: readonly Column<Key>[] = [
  name,
  state,
  type,
  owner,
  team,
  models,
  budget,
  spend,
  used,
  expiry,
];
export const myKeyColumns: readonly Column<Key>[] = [name, state, team, budget, spend, used, expiry];
export const personKeyColumns: readonly Column<Key>[] = [name, state, type, team, models, budget, spend, used, expiry];
export const teamKeyColumns: readonly Column<Key>[] = [name, state, type, owner, models, budget, spend, used, expiry];
