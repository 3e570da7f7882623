import type { ReactNode } from "react";

interface EmptyProps {
  /** What is not there. */
  title: string;
  /** How it comes to be there. */
  children?: ReactNode;
}

export function Empty({ title, children }: EmptyProps) {
  return (
    <div className="px-4 py-5 text-sm">
      <p className="font-medium">{title}</p>
      {children ? <div className="mt-0.5 max-w-prose text-muted">{children}</div> : null}
    </div>
  );
}
