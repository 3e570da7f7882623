import { formatMs } from "@/components/usage/labels";
import type { Stretch } from "@/lib/usage/timeline";

const fills = { own: "fill-series-1", provider: "fill-series-2", after: "fill-series-other" };

interface TrackProps {
  label: string;
  stretches: readonly Stretch[];
  fromMs: number;
  toMs: number;
}

/** Stretches of a call below each other, all on one scale. Drawn as shapes, because the content policy takes no style attributes. */
export function Track({ label, stretches, fromMs, toMs }: TrackProps) {
  const length = Math.max(toMs - fromMs, 0.1);
  const at = (ms: number) => ((ms - fromMs) / length) * 1_000;
  return (
    <div>
      <h3 className="mb-1 flex flex-wrap justify-between gap-x-4 text-xs text-muted">
        <span>{label}</span>
        <span className="tabular-nums">
          {formatMs(fromMs)} to {formatMs(toMs)}
        </span>
      </h3>
      <ol aria-label={label} className="divide-y divide-line border-y border-line">
        {stretches.map((stretch) => (
          <li
            key={stretch.key}
            className="grid items-center gap-x-4 gap-y-1 py-2 sm:py-1.5 text-sm sm:grid-cols-[13rem_minmax(0,1fr)_9rem]"
          >
            <span className="min-w-0">
              <span className="block truncate">{stretch.name}</span>
              {stretch.note ? (
                <span
                  className={
                    stretch.isFailed ? "block truncate text-xs text-danger" : "block truncate text-xs text-muted"
                  }
                >
                  {stretch.note}
                </span>
              ) : null}
            </span>
            <svg aria-hidden="true" viewBox="0 0 1000 10" preserveAspectRatio="none" className="h-3 w-full">
              <rect width="1000" height="10" className="fill-sunken" />
              <rect
                x={Math.min(at(stretch.fromMs), 997)}
                width={Math.max(at(stretch.toMs) - at(stretch.fromMs), 3)}
                height="10"
                className={stretch.isFailed ? "fill-danger" : fills[stretch.kind]}
              />
            </svg>
            <span className="text-xs text-muted tabular-nums sm:text-right">
              <span className="text-ink">{formatMs(stretch.toMs - stretch.fromMs)}</span>, until{" "}
              {formatMs(stretch.toMs)}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
