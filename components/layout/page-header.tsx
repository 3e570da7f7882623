import type { ReactNode } from "react";

interface PageHeaderProps {
  title: string;
  /** One sentence: what the page is for. */
  lead?: ReactNode;
  /** At the right edge: how fresh the page is, or what can be done. */
  action?: ReactNode;
}

/** The head of every page within the frame. */
export function PageHeader({ title, lead, action }: PageHeaderProps) {
  return (
    <div className="mb-5 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <div className="min-w-0 wrap-anywhere">
        <h1 tabIndex={-1} className="text-xl outline-none font-semibold tracking-tight">
          {title}
        </h1>
        {lead ? <p className="max-w-prose text-sm text-muted">{lead}</p> : null}
      </div>
      {action}
    </div>
  );
}
