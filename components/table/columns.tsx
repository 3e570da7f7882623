/** What a table shows, told by whoever has the rows. A .tsx file, because styles are looked for in those. */
import type { ReactNode } from "react";

/**
 * On which screens a column stands beside the others: on all of them, from a tablet on, on a desk, or where there is much room.
 * A phone shows those for all of them, one below the other, and what `isStacked` adds.
 */
export type Priority = "always" | "wide" | "wider" | "widest";

export interface Column<Row> {
  /** Within the table; also how a stacked row names the value on a phone. */
  header: string;
  cell: (row: Row) => ReactNode;
  /** A second, quieter line below it. */
  note?: (row: Row) => ReactNode;
  /** What the API calls this order; absent where the list cannot be sorted by it. */
  sort?: string;
  /** What comes first when one sorts by it: figures the largest, words from A. */
  sortsDown?: true;
  /** Figures stand right, so that their digits line up. */
  numeric?: true;
  priority?: Priority;
  /** A phone shows it too, although other narrow screens have no room for it. */
  isStacked?: true;
  className?: string;
}

const besideFrom: Record<Priority, string> = {
  always: "",
  wide: "sm:max-lg:hidden",
  wider: "sm:max-[87.5rem]:hidden",
  widest: "sm:max-2xl:hidden",
};

/** The classes that hide a column where it has no room. */
export function hidingOf<Row>({ priority = "always", isStacked }: Column<Row>): string {
  return priority === "always" || isStacked ? besideFrom[priority] : `max-sm:hidden ${besideFrom[priority]}`;
}
