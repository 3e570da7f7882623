"use client";

import { type KeyboardEvent, useRef, useState } from "react";
import { classNames } from "@/components/ui/class-names";
import type { ChartData, ChartPoint } from "./shape";
import { Swatch } from "./swatch";

interface SlotsProps extends Pick<ChartData, "series" | "points"> {
  label: string;
  /** What a click leads to, e.g. "Zoom in"; null where it only shows. */
  action: string | null;
  onOpen: ((index: number) => void) | undefined;
  /** The vertical axis takes more room than usual. */
  isWide: boolean;
}

const moves: Record<string, (at: number, last: number) => number> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  Home: () => 0,
  End: (_, last) => last,
};

function sayPoint({ label, note, total, cells }: ChartPoint, series: SlotsProps["series"]): string {
  const parts = series.flatMap((one) => {
    const cell = cells[one.key];
    return cell && cell.value !== null && cell.value !== 0 ? [`${one.label} ${cell.text}`] : [];
  });
  const figures = total ?? (parts.length > 0 ? parts.join(", ") : "nothing");
  return `${label}: ${figures}${note ? `. ${note}` : ""}`;
}

function Tip({ point, series, isLeft }: { point: ChartPoint; series: SlotsProps["series"]; isLeft: boolean }) {
  const shown = series.filter(({ key }) => point.cells[key] && point.cells[key].value !== 0);
  return (
    <div
      aria-hidden="true"
      className={classNames(
        "pointer-events-none absolute top-0 z-20 w-max max-w-64 rounded-md border border-line bg-surface px-3 py-2 text-left text-xs shadow-raised",
        isLeft ? "max-sm:right-0 sm:left-full sm:ml-2" : "max-sm:left-0 sm:right-full sm:mr-2",
      )}
    >
      <p className="font-medium">{point.label}</p>
      <dl className="mt-1 space-y-0.5">
        {shown.map(({ key, label, colour, isDashed }) => (
          <div key={key} className="flex items-baseline gap-2">
            <Swatch colour={colour} drawn={isDashed ? "dashes" : undefined} />
            <dt className="min-w-0 flex-1 truncate text-muted">{label}</dt>
            <dd className="tabular-nums">{point.cells[key]?.text}</dd>
          </div>
        ))}
      </dl>
      {shown.length === 0 ? <p className="text-muted">Nothing</p> : null}
      {point.note ? <p className="mt-1">{point.note}</p> : null}
      {point.total !== undefined && shown.length > 1 ? (
        <p className="mt-1 flex justify-between gap-4 border-t border-line pt-1 font-medium tabular-nums">
          <span>Total</span>
          {point.total}
        </p>
      ) : null}
    </div>
  );
}

/** A place over each bar: it says what stands there, shows it on hover and focus, and leads on. One stop of the Tab key, then arrows. */
export function Slots({ label, series, points, action, onOpen, isWide }: SlotsProps) {
  const [at, setAt] = useState(points.length - 1);
  const [shown, setShown] = useState<number | null>(null);
  const places = useRef<(HTMLButtonElement | null)[]>([]);
  const last = points.length - 1;
  const current = Math.min(at, last);
  const move = (event: KeyboardEvent) => {
    const to = moves[event.key]?.(current, last);
    if (event.key === "Escape") setShown(null);
    if (to === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(to, last));
    setAt(next);
    places.current[next]?.focus();
  };
  return (
    <div
      role="toolbar"
      aria-label={`${label}: ${points.length} intervals, by arrow keys`}
      onKeyDown={move}
      onMouseLeave={() => setShown(null)}
      className={classNames("absolute top-2 right-2 bottom-6 flex", isWide ? "left-20" : "left-14")}
    >
      {points.map((point, index) => (
        <button
          key={point.key}
          ref={(element) => {
            places.current[index] = element;
          }}
          type="button"
          tabIndex={index === current ? 0 : -1}
          aria-label={`${sayPoint(point, series)}${action ? `. ${action}` : ""}`}
          onMouseEnter={() => setShown(index)}
          onFocus={() => {
            setAt(index);
            setShown(index);
          }}
          onBlur={() => setShown(null)}
          onClick={() => onOpen?.(index)}
          className={classNames(
            "min-w-0 flex-1 rounded-sm sm:relative",
            shown === index && "bg-ink/8",
            !onOpen && "cursor-default!",
          )}
        >
          {shown === index ? <Tip point={point} series={series} isLeft={index < points.length / 2} /> : null}
        </button>
      ))}
    </div>
  );
}
