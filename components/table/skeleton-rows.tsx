import { classNames } from "@/components/ui/class-names";
import { Skeleton } from "@/components/ui/skeleton";
import { type Column, hidingOf } from "./columns";

interface SkeletonRowsProps<Row> {
  columns: readonly Column<Row>[];
  rows: number;
  isSelectable: boolean;
  isTall: boolean;
}

/** Holds the place of the rows, at their height, so that nothing moves when they come. */
export function SkeletonRows<Row>({ columns, rows, isSelectable, isTall }: SkeletonRowsProps<Row>) {
  return Array.from({ length: rows }, (_, index) => index).map((row) => (
    <tr
      key={row}
      className={classNames(
        "border-b border-line max-sm:block max-sm:h-auto max-sm:py-8",
        isTall ? "h-17.5" : "h-13.5",
      )}
    >
      {isSelectable ? <td className="max-sm:hidden" /> : null}
      {columns.map((column, index) => (
        <td
          key={column.header}
          className={classNames("px-3 py-2 first:pl-4 max-sm:px-4", hidingOf(column), index > 0 && "max-sm:hidden")}
        >
          <Skeleton className={index === 0 ? "w-32" : "w-16"} />
        </td>
      ))}
    </tr>
  ));
}
