/** What a table shows, told by whoever has the rows. A .tsx file, because styles are looked for in those. */
import type { ReactNode } from "react";

/** On which screens a column shows: on all of them, from a tablet on, on a desk, or where there is much room. */
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
  className?: string;
}

/** Classes by priority. A phone shows every column that is `always` there, one below the other. */
export const shownFrom: Record<Priority, string> = {
  always: "",
  wide: "max-lg:hidden",
  wider: "max-[87.5rem]:hidden",
  widest: "max-2xl:hidden",
};
