import type { ReactNode } from "react";
import { classNames } from "./class-names";

export interface Fact {
  term: string;
  value: ReactNode;
  /** A second, quieter line. */
  note?: ReactNode;
  /** It is long, and has the room of two. */
  isWide?: true;
}

/** Terms and their values, side by side as far as there is room. */
export function FactList({ facts, className }: { facts: readonly Fact[]; className?: string }) {
  return (
    <dl className={classNames("grid grid-cols-2 gap-x-6 gap-y-4 px-4 py-4", className)}>
      {facts.map((fact) => (
        <div key={fact.term} className={classNames("min-w-0", fact.isWide && "col-span-2")}>
          <dt className="text-xs text-muted">{fact.term}</dt>
          <dd className="mt-0.5 font-medium wrap-anywhere tabular-nums max-sm:[&_time]:whitespace-normal">
            {fact.value}
          </dd>
          {fact.note ? <dd className="text-xs text-muted">{fact.note}</dd> : null}
        </div>
      ))}
    </dl>
  );
}
