import { classNames } from "./class-names";

/** Holds the place of what is still loading; whoever shows it says so in words too. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={classNames("h-4 animate-pulse rounded-sm bg-sunken", className)} />;
}
