import { BudgetMeter, SpendThisMonth } from "@/components/figures/figure-cells";
import type { Column } from "@/components/table/columns";
import { Time } from "@/components/ui/time";
import type { User } from "@/lib/users/queries";
import { LastSeen, StateBadge, TeamNames } from "./user-facts";
import { nameOf, roleSourceOf } from "./user-words";

export const userColumns: readonly Column<User>[] = [
  {
    header: "Person",
    sort: "email",
    className: "min-w-44 sm:max-w-72",
    cell: (user) => <span className="font-medium wrap-anywhere">{nameOf(user)}</span>,
    note: (user) => (user.name ? <span className="wrap-anywhere">{user.email}</span> : null),
  },
  {
    header: "Role",
    cell: ({ role }) => role,
    note: (user) => <span className="whitespace-nowrap">{roleSourceOf(user)}</span>,
  },
  { header: "State", cell: (user) => <StateBadge {...user} /> },
  {
    header: "Teams",
    cell: (user) => <TeamNames {...user} />,
    priority: "wide",
    isStacked: true,
    className: "lg:max-w-52",
  },
  {
    header: "Binding budget",
    sort: "budget_percent",
    sortsDown: true,
    cell: ({ figures }) => <BudgetMeter figures={figures} />,
  },
  {
    header: "Spend this month",
    sort: "spend",
    sortsDown: true,
    numeric: true,
    cell: ({ figures }) => <SpendThisMonth figures={figures} />,
  },
  { header: "Last seen", cell: (user) => <LastSeen {...user} />, priority: "wide", isStacked: true },
  {
    header: "Made",
    sort: "created_at",
    sortsDown: true,
    cell: ({ created_at }) => <Time value={created_at} />,
    priority: "widest",
  },
];
