import { classNames } from "./class-names";

const fills = { accent: "fill-accent", ok: "fill-ok", warn: "fill-warn", danger: "fill-danger" };

interface BarProps {
  /** 0 to 100; more shows as full. The figure stands beside the bar in words, so the bar itself is not read out. */
  percent: number;
  /** What is not used and not free either, in percent, after what is used. */
  pending?: number;
  tone?: keyof typeof fills;
  className?: string;
}

/** How full something is. Drawn as a shape, because the content policy takes no style attributes from the server. */
export function Bar({ percent, pending = 0, tone = "accent", className }: BarProps) {
  const used = Math.min(Math.max(percent, 0), 100);
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 6"
      preserveAspectRatio="none"
      className={classNames("block h-1.5 w-full overflow-hidden rounded-sm", className)}
    >
      <rect width="100" height="6" className="fill-line" />
      <rect width={used} height="6" className={fills[tone]} />
      {pending > 0 ? (
        <rect x={used} width={Math.min(pending, 100 - used)} height="6" className="fill-line-strong" />
      ) : null}
    </svg>
  );
}
