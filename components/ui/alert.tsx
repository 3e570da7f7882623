import { cva, type VariantProps } from "class-variance-authority";
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names";

const look = cva("flex gap-2.5 rounded-md border px-3 py-2.5 text-sm", {
  variants: {
    tone: {
      info: "border-line bg-sunken text-ink",
      ok: "border-transparent bg-ok-soft text-ok",
      warn: "border-transparent bg-warn-soft text-warn",
      danger: "border-transparent bg-danger-soft text-danger",
    },
  },
  defaultVariants: { tone: "info" },
});

const icons = { info: Info, ok: CircleCheck, warn: TriangleAlert, danger: CircleAlert };

interface AlertProps extends ComponentProps<"div">, VariantProps<typeof look> {
  /** Below the sentence: what to do about it. */
  action?: ReactNode;
}

/** A sentence that somebody has to see. Danger interrupts a screen reader, the others wait for their turn. */
export function Alert({ tone, action, className, children, ...rest }: AlertProps) {
  const Icon = icons[tone ?? "info"];
  return (
    <div role={tone === "danger" ? "alert" : "status"} className={classNames(look({ tone }), className)} {...rest}>
      <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 space-y-2 wrap-anywhere">
        <div>{children}</div>
        {action}
      </div>
    </div>
  );
}
