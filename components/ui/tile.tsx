import Link from "next/link";
import type { ReactNode } from "react";
import { classNames } from "./class-names";
import { Skeleton } from "./skeleton";

const values = { plain: "", warn: "text-warn", danger: "text-danger" };

interface TileProps {
  term: string;
  /** Undefined while it is not known yet. */
  value: ReactNode;
  /** In full, where the value is rounded. */
  exact?: string | undefined;
  /** Two quieter lines at most: what it is compared with, since when. */
  note?: ReactNode;
  tone?: keyof typeof values;
  /** Where the list behind the figure is. */
  to: string;
}

/** One figure that leads to what it counts. All of one row are of one height, whether their figures are there or not. */
export function Tile({ term, value, exact, note, tone = "plain", to }: TileProps) {
  return (
    <li className="relative flex min-h-28 min-w-0 flex-col rounded-lg border border-line bg-surface px-4 py-3 shadow-card hover:border-line-strong">
      <Link href={to} className="rounded-sm text-xs text-muted after:absolute after:inset-0 after:content-['']">
        {term}
      </Link>
      <div
        className={classNames("mt-0.5 truncate text-xl font-semibold tracking-tight tabular-nums", values[tone])}
        title={exact}
      >
        {value === undefined ? <Skeleton className="my-1.5 w-20" /> : value}
      </div>
      <div className="mt-1 min-h-8 text-xs text-muted tabular-nums">{note}</div>
    </li>
  );
}

/** Tiles side by side, as many as there is room for. */
export function Tiles({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="mb-4 grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      {children}
    </ul>
  );
}
