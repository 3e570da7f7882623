import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { classNames } from "./class-names";

const look = cva("inline-block rounded-sm px-1.5 py-0.5 text-xs font-medium whitespace-nowrap first-letter:uppercase", {
  variants: {
    tone: {
      neutral: "bg-sunken text-muted",
      ok: "bg-ok-soft text-ok",
      warn: "bg-warn-soft text-warn",
      danger: "bg-danger-soft text-danger",
      accent: "bg-accent-soft text-accent",
    },
  },
  defaultVariants: { tone: "neutral" },
});

/** A state in a word or two, with a capital however its word is spelt elsewhere; `first-letter:normal-case` where it is somebody's own. */
export function Badge({ tone, className, ...rest }: ComponentProps<"span"> & VariantProps<typeof look>) {
  return <span className={classNames(look({ tone }), className)} {...rest} />;
}
