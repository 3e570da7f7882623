import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names";

/**
 * For a table whose columns share the room: a name without a space breaks before it takes that of the others. Has no weight, so
 * that a column may say another width.
 */
export const namesWrap = "break-words sm:[:where(&_td)]:max-w-80";

interface TableProps {
  /** What the rows are; read out, not shown. */
  label: string;
  head: ReactNode;
  children: ReactNode;
}

/** A table that scrolls sideways within its own place, so that the page never does. */
export function Table({ label, head, children }: TableProps) {
  return (
    <div className="relative overflow-x-auto">
      <table className={classNames("w-full border-collapse text-left text-sm", namesWrap)}>
        <caption className="sr-only">{label}</caption>
        <thead className="text-xs text-muted">
          <tr className="border-b border-line">{head}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

interface CellProps {
  /** Figures stand right, so that their digits line up. */
  numeric?: boolean;
}

export function HeadCell({ numeric, className, ...rest }: ComponentProps<"th"> & CellProps) {
  return (
    <th
      scope="col"
      className={classNames("px-4 py-2 font-medium whitespace-nowrap", numeric && "text-right", className)}
      {...rest}
    />
  );
}

export function Row({ className, ...rest }: ComponentProps<"tr">) {
  return <tr className={classNames("border-b border-line last:border-b-0", className)} {...rest} />;
}

export function Cell({ numeric, className, ...rest }: ComponentProps<"td"> & CellProps) {
  return (
    <td
      className={classNames("px-4 py-2 align-top", numeric && "text-right whitespace-nowrap tabular-nums", className)}
      {...rest}
    />
  );
}
