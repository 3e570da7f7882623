import Link from "next/link";
import { Fragment } from "react";

/** The way down to a page, outermost first. */
export function Crumbs({ steps }: { steps: readonly { label: string; path: string }[] }) {
  return (
    <nav aria-label="Where this is" className="mb-1 text-xs wrap-anywhere text-muted">
      {steps.map(({ label, path }, index) => (
        <Fragment key={path}>
          {index > 0 ? <span aria-hidden="true"> / </span> : null}
          <Link href={path} className="underline hover:text-ink">
            {label}
          </Link>
        </Fragment>
      ))}
    </nav>
  );
}
