import { cx } from "class-variance-authority";
import { twMerge } from "tailwind-merge";

/** Joins class names; where two of them set the same thing, the later one wins. */
export function classNames(...values: Parameters<typeof cx>): string {
  return twMerge(cx(...values));
}
