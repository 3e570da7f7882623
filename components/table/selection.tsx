"use client";

import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { formatQuantity } from "@/lib/client/format";

export interface Selection {
  ids: ReadonlySet<string>;
  set: (ids: ReadonlySet<string>) => void;
}

/** The rows that are ticked, on this page and on those that one came by. */
export function useSelection(): Selection {
  const [ids, set] = useState<ReadonlySet<string>>(new Set());
  return { ids, set };
}

function toggled(ids: ReadonlySet<string>, changed: readonly string[], isOn: boolean): ReadonlySet<string> {
  const next = new Set(ids);
  for (const id of changed) {
    if (isOn) next.add(id);
    else next.delete(id);
  }
  return next;
}

// Above the link that covers its row.
const box = "relative z-1 size-4 accent-accent align-middle";
const cell = "w-8 py-2 pl-4 align-top max-sm:absolute max-sm:top-0.5 max-sm:right-12 max-sm:pl-0";

export function SelectAll({ ids, selection }: { ids: readonly string[]; selection: Selection }) {
  const isOn = ids.length > 0 && ids.every((id) => selection.ids.has(id));
  const isSome = !isOn && ids.some((id) => selection.ids.has(id));
  return (
    <th scope="col" className={cell}>
      <input
        type="checkbox"
        aria-label="Select all rows of this page"
        disabled={ids.length === 0}
        checked={isOn}
        ref={(element) => {
          if (element) element.indeterminate = isSome;
        }}
        onChange={(event) => selection.set(toggled(selection.ids, ids, event.target.checked))}
        className={box}
      />
    </th>
  );
}

export function SelectRow({ id, name, selection }: { id: string; name: string; selection: Selection }) {
  return (
    <td className={cell}>
      <input
        type="checkbox"
        aria-label={`Select ${name}`}
        checked={selection.ids.has(id)}
        onChange={(event) => selection.set(toggled(selection.ids, [id], event.target.checked))}
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
        {formatQuantity(selection.ids.size, what, plural)} selected
      </p>
      {children}
      <Button tone="ghost" onClick={() => selection.set(new Set())}>
        Clear selection
      </Button>
    </div>
  );
}
