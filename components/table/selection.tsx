"use client";

import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { formatQuantity } from "@/lib/client/format";

export interface Selection {
  /** What each ticked row is called, by its id. */
  names: ReadonlyMap<string, string>;
  set: (names: ReadonlyMap<string, string>) => void;
}

/** The rows that are ticked, on this page and on those that one came by. */
export function useSelection(): Selection {
  const [names, set] = useState<ReadonlyMap<string, string>>(new Map());
  return { names, set };
}

interface Row {
  id: string;
  name: string;
}

function toggled({ names }: Selection, changed: readonly Row[], isOn: boolean): ReadonlyMap<string, string> {
  const next = new Map(names);
  for (const { id, name } of changed) {
    if (isOn) next.set(id, name);
    else next.delete(id);
  }
  return next;
}

// Above the link that covers its row.
const box = "relative z-1 size-4 accent-accent align-middle";
const cell = "w-8 py-2 pl-4 align-top max-sm:absolute max-sm:top-0.5 max-sm:right-12 max-sm:pl-0";

export function SelectAll({ rows, selection }: { rows: readonly Row[]; selection: Selection }) {
  const isOn = rows.length > 0 && rows.every(({ id }) => selection.names.has(id));
  const isSome = !isOn && rows.some(({ id }) => selection.names.has(id));
  return (
    <th scope="col" className={cell}>
      <input
        type="checkbox"
        aria-label="Select all rows of this page"
        disabled={rows.length === 0}
        checked={isOn}
        ref={(element) => {
          if (element) element.indeterminate = isSome;
        }}
        onChange={(event) => selection.set(toggled(selection, rows, event.target.checked))}
        className={box}
      />
    </th>
  );
}

export function SelectRow({ row, selection }: { row: Row; selection: Selection }) {
  return (
    <td className={cell}>
      <input
        type="checkbox"
        aria-label={`Select ${row.name}`}
        checked={selection.names.has(row.id)}
        onChange={(event) => selection.set(toggled(selection, [row], event.target.checked))}
        className={box}
      />
    </td>
  );
}

interface BulkBarProps {
  selection: Selection;
  /** What the rows are: `key`. */
  what: string;
  /** Many of them, where that is not `keys`. */
  plural?: string;
  children: ReactNode;
}

/** How many rows are selected, and what can be done with them. */
export function BulkBar({ selection, what, plural = `${what}s`, children }: BulkBarProps) {
  return (
    <div
      role="toolbar"
      aria-label={`Selected ${plural}`}
      className="flex flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-4 py-2"
    >
      <p role="status" className="mr-2 text-sm font-medium">
        {formatQuantity(selection.names.size, what, plural)} selected
      </p>
      {children}
      <Button tone="ghost" onClick={() => selection.set(new Map())}>
        Clear selection
      </Button>
    </div>
  );
}
