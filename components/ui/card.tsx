import { type ComponentProps, type ReactNode, useId } from "react";
import { classNames } from "./class-names";

interface CardProps extends Omit<ComponentProps<"section">, "title"> {
  title: ReactNode;
  /** One short line beside the title: what the figures refer to. */
  hint?: ReactNode;
  /** Buttons or links at the right edge. */
  action?: ReactNode;
}

/** A titled part of a page; a landmark that is named by its title. */
export function Card({ title, hint, action, className, children, ...rest }: CardProps) {
  const titleId = useId();
  return (
    <section
      aria-labelledby={titleId}
      className={classNames("min-w-0 rounded-lg border border-line bg-surface shadow-card", className)}
      {...rest}
    >
      <header className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line px-4 py-2">
        <div className="flex flex-wrap items-baseline gap-x-2">
          <h2 id={titleId} className="text-base font-semibold">
            {title}
          </h2>
          {hint ? <p className="text-xs text-muted">{hint}</p> : null}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}
