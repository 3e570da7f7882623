import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { classNames } from "./class-names";

/** The look of a button, for links that act as one. */
export const buttonLook = cva(
  "inline-flex items-center justify-center gap-2 rounded-md border font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-60",
  {
    variants: {
      tone: {
        primary: "border-accent bg-accent text-on-accent hover:border-accent-strong hover:bg-accent-strong",
        secondary: "border-line bg-surface text-ink hover:border-line-strong",
        danger: "border-danger bg-danger text-on-danger hover:opacity-90",
        ghost: "border-transparent text-muted hover:bg-sunken hover:text-ink",
      },
      size: { sm: "h-8 px-2.5 text-sm", md: "h-10 px-4 text-base", icon: "size-8" },
    },
    defaultVariants: { tone: "secondary", size: "sm" },
  },
);

type ButtonProps = ComponentProps<"button"> & VariantProps<typeof buttonLook>;

export function Button({ tone, size, className, type = "button", ...rest }: ButtonProps) {
  return <button type={type} className={classNames(buttonLook({ tone, size }), className)} {...rest} />;
}
