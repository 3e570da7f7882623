import { classNames } from "./class-names";

const fills = { accent: "fill-accent", ok: "fill-ok", warn: "fill-warn", danger: "fill-danger" };

interface BarProps {
  /** 0 to 100; more shows as full. The figure stands beside the bar in words, so the bar itself is not read out. */
  percent: number;
  tone?: keyof typeof fills;
  className?: string;
}

/** How full something is. Drawn as a shape, because the content policy takes no style attributes from the server. */
export function Bar({ percent, tone = "accent", className }: BarProps) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 6"
      preserveAspectRatio="none"
      className={classNames("block h-1.5 w-full overflow-hidden rounded-sm", className)}
    >
      <rect width="100" height="6" className="fill-line" />
      <rect width={Math.min(Math.max(percent, 0), 100)} height="6" className={fills[tone]} />
    </svg>
  );
}
