import type { ReactNode } from "react";
import { classNames } from "./class-names";
import { namesWrap } from "./table";

interface StackedTableProps {
  /** What the rows are; read out, not shown. */
  label: string;
  columns: readonly { header: string; numeric?: true }[];
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
}

/** A small table whose rows become cards on a phone, so that nothing has to be scrolled sideways. */
export function StackedTable({ label, columns, rows }: StackedTableProps) {
  return (
    <div className="relative overflow-x-auto">
      <table className={classNames("w-full border-collapse text-left text-sm max-sm:block", namesWrap)}>
        <caption className="sr-only">{label}</caption>
        <thead className="text-xs text-muted max-sm:sr-only">
          <tr className="border-b border-line">
            {columns.map(({ header, numeric }) => (
              <th key={header} scope="col" className={classNames("px-4 py-2 font-medium", numeric && "text-right")}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {rows.map(({ key, cells }) => (
            <tr key={key} className="border-b border-line last:border-b-0 max-sm:block max-sm:px-4 max-sm:py-2">
              {columns.map(({ header, numeric }, index) => (
                <td
                  key={header}
                  className={classNames(
                    "align-top sm:px-4 sm:py-2",
                    numeric && "tabular-nums sm:text-right sm:whitespace-nowrap",
                    index > 0 && "max-sm:flex max-sm:items-baseline max-sm:justify-between max-sm:gap-4 max-sm:py-0.5",
                    index === 0 && "max-sm:block max-sm:pb-1 max-sm:font-medium",
                  )}
                >
                  {index > 0 ? (
                    <span aria-hidden="true" className="text-xs text-muted sm:hidden">
                      {header}
                    </span>
                  ) : null}
                  <div className="min-w-0">{cells[index]}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
