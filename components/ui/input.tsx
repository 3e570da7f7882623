import type { ComponentProps } from "react";
import { classNames } from "./class-names";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return (
    <input
      className={classNames(
        "h-10 w-full rounded-md border border-line-strong bg-surface px-3 text-base text-ink aria-invalid:border-danger disabled:opacity-60",
        className,
      )}
      {...rest}
    />
  );
}
