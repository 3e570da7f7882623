import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { classNames } from "@/components/ui/class-names";
import { type Column, hidingOf } from "./columns";
import type { ListState } from "./use-list-state";

type Direction = "ascending" | "descending" | "none";

function directionOf(field: string, sort: string | null): Direction {
  if (sort === field) return "ascending";
  return sort === `-${field}` ? "descending" : "none";
}

/** First the way that is of use, then the other, then the list's own order. */
function nextSort(field: string, direction: Direction, sortsDown: boolean): string | null {
  const [first, second] = sortsDown ? ([`-${field}`, field] as const) : ([field, `-${field}`] as const);
  if (direction === "none") return first;
  const isFirst = (direction === "descending") === sortsDown;
  return isFirst ? second : null;
}

const icons = { ascending: ArrowUp, descending: ArrowDown, none: ChevronsUpDown };

/** A column's head; one by which the list can be sorted is a button. */
export function SortHead<Row>({ column, list }: { column: Column<Row>; list: Pick<ListState, "sort" | "sortBy"> }) {
  const { header, sort, sortsDown = false, numeric } = column;
  const direction = sort ? directionOf(sort, list.sort) : "none";
  const Icon = icons[direction];
  return (
    <th
      scope="col"
      aria-sort={sort ? direction : undefined}
      className={classNames(
        "px-3 py-2 font-medium whitespace-nowrap first:pl-4 last:pr-4",
        numeric && "text-right",
        hidingOf(column),
      )}
    >
      {sort ? (
        <button
          type="button"
          onClick={() => list.sortBy(nextSort(sort, direction, sortsDown))}
          className={classNames(
            "inline-flex items-center gap-1 rounded-sm hover:text-ink",
            direction !== "none" && "text-ink",
          )}
        >
          {header}
          <Icon aria-hidden="true" className="size-3" />
        </button>
      ) : (
        header
      )}
    </th>
  );
}
