import { ChevronDown, ChevronRight } from "lucide-react";
import Link from "next/link";
import { BudgetMeter, SpendThisMonth } from "@/components/figures/figure-cells";
import { Models } from "@/components/keys/key-facts";
import type { Column } from "@/components/table/columns";
import { classNames } from "@/components/ui/class-names";
import { Time } from "@/components/ui/time";
import { formatCount } from "@/lib/client/format";
import { adminTeamPath } from "@/lib/paths";
import type { Team } from "@/lib/teams/queries";
import type { TreeRow } from "./tree";

const none = <span className="text-muted">–</span>;

/** What both views show of a team beside its name. */
const figures: readonly Column<Team>[] = [
  {
    header: "Binding budget",
    sort: "budget_percent",
    sortsDown: true,
    cell: (team) => <BudgetMeter figures={team.figures} />,
  },
  {
    header: "Spend this month",
    sort: "spend",
    sortsDown: true,
    numeric: true,
    cell: (team) => <SpendThisMonth figures={team.figures} />,
  },
  {
    header: "Calls in 24 h",
    numeric: true,
    cell: ({ figures: read }) => (read?.requests_24h == null ? none : formatCount(read.requests_24h)),
    priority: "wide",
  },
  { header: "Own models", cell: (team) => <Models {...team} />, priority: "wide" },
  {
    header: "Made",
    sort: "created_at",
    sortsDown: true,
    cell: ({ created_at }) => <Time value={created_at} />,
    priority: "widest",
  },
];

/** Where a team stands, as the names above it say. */
export type Names = ReadonlyMap<string, string>;

function placeOf({ path }: Pick<Team, "path">, names: Names): string {
  if (path.length === 1) return "Organisation";
  return path
    .slice(0, -1)
    .flatMap((id) => names.get(id) ?? [])
    .join(" / ");
}

export function listColumns(names: Names): readonly Column<Team>[] {
  return [
    {
      header: "Team",
      sort: "name",
      className: "min-w-40 sm:max-w-72",
      cell: ({ name }) => <span className="font-medium wrap-anywhere">{name}</span>,
      note: (team) => placeOf(team, names),
    },
    ...figures,
  ];
}

// Whole class names, because styles are looked for in the text of this file.
const indents = ["pl-0", "pl-5", "pl-10", "pl-15", "pl-20"] as const;

function Branch({ row, onFlip }: { row: TreeRow; onFlip: (id: string) => void }) {
  const { team, depth, hasChildren, isOpen } = row;
  const Icon = isOpen ? ChevronDown : ChevronRight;
  return (
    <span className={classNames("flex items-start gap-1", indents[Math.min(depth, indents.length - 1)])}>
      {hasChildren ? (
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={`Teams below ${team.name}`}
          onClick={() => onFlip(team.id)}
          className="-my-0.5 flex size-6 shrink-0 items-center justify-center rounded-sm text-muted hover:text-ink"
        >
          <Icon aria-hidden="true" className="size-4" />
        </button>
      ) : (
        <span className="size-6 shrink-0" />
      )}
      <Link href={adminTeamPath(team.id)} className="min-w-0 font-medium wrap-anywhere hover:underline">
        {team.name}
      </Link>
    </span>
  );
}

/** The same in the tree, which has its own order. */
export function treeColumns(onFlip: (id: string) => void): readonly Column<TreeRow>[] {
  return [
    { header: "Team", className: "min-w-52", cell: (row) => <Branch row={row} onFlip={onFlip} /> },
    ...figures.map(
      ({ header, cell, numeric, priority }): Column<TreeRow> => ({
        header,
        cell: ({ team }) => cell(team),
        ...(numeric ? { numeric } : {}),
        ...(priority ? { priority } : {}),
      }),
    ),
  ];
}
