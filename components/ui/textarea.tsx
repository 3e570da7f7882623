import type { ComponentProps } from "react";
import { classNames } from "./class-names";

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return (
    <textarea
      className={classNames(
        "block w-full rounded-md border border-line-strong bg-surface px-3 py-2 text-sm text-ink aria-invalid:border-danger read-only:border-line read-only:bg-sunken disabled:border-line disabled:bg-sunken disabled:text-muted",
        className,
      )}
      {...rest}
    />
  );
}
