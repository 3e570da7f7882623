"use client";

import dynamic from "next/dynamic";
import { classNames } from "@/components/ui/class-names";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import { ticksOf } from "./axis";
import type { ChartData } from "./shape";
import { Slots } from "./slots";
import { Swatch } from "./swatch";

const Plot = dynamic(() => import("./plot").then((module) => module.Plot), { ssr: false });

interface ChartProps extends ChartData {
  /** What it shows, in words: it stands for the picture where that is not seen. */
  label: string;
  size?: "sm" | "md" | "lg";
  isTable?: boolean;
  /** What the rows are by: "Day", "Hour". */
  rowName?: string;
  action?: string;
  onOpen?: (index: number) => void;
  /** Shows what belongs to one series alone; absent where there is no such thing. */
  onPick?: (key: string) => void;
  canPick?: (key: string) => boolean;
}

/** So many characters have room beside an axis of the usual width. */
const usualLength = 7;

const heights = { sm: "h-28", md: "h-56", lg: "h-72" };

function Legend({ series, marks, onPick, canPick }: Pick<ChartProps, "series" | "marks" | "onPick" | "canPick">) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1.5 px-4 pb-3 text-xs">
      {series.map(({ key, label, colour, total, isDashed }) => {
        const content = (
          <>
            <Swatch colour={colour} drawn={isDashed ? "dashes" : undefined} />
            <span className="max-w-48 truncate">{label}</span>
            {total === undefined ? null : <span className="text-muted tabular-nums">{total}</span>}
          </>
        );
        const look = "flex items-center gap-1.5 rounded-sm";
        return (
          <li key={key} className="min-w-0">
            {onPick && canPick?.(key) !== false ? (
              <button
                type="button"
                title={`Show only ${label}`}
                onClick={() => onPick(key)}
                className={classNames(look, "-mx-1 px-1 hover:bg-sunken")}
              >
                {content}
                <span className="sr-only">: show only this</span>
              </button>
            ) : (
              <span className={look}>{content}</span>
            )}
          </li>
        );
      })}
      {marks?.map(({ key, label, colour, text }) => (
        <li key={key} className="flex min-w-0 items-center gap-1.5">
          <Swatch colour={colour} drawn="rule" />
          <span className="max-w-48 truncate">{label}</span>
          <span className="text-muted tabular-nums">{text}</span>
        </li>
      ))}
    </ul>
  );
}

function Behind({ label, series, points, rowName = "Time", action, onOpen }: ChartProps) {
  const hasTotal = series.length > 1 && points.some((point) => point.total !== undefined);
  return (
    <div className="max-h-96 overflow-auto">
      <Table
        label={label}
        head={
          <>
            <HeadCell>{rowName}</HeadCell>
            {series.map((one) => (
              <HeadCell key={one.key} numeric>
                {one.label}
              </HeadCell>
            ))}
            {hasTotal ? <HeadCell numeric>Total</HeadCell> : null}
          </>
        }
      >
        {points.map((point, index) => (
          <Row key={point.key}>
            <Cell className="whitespace-nowrap">
              {onOpen ? (
                <button
                  type="button"
                  title={action}
                  onClick={() => onOpen(index)}
                  className="rounded-sm hover:underline"
                >
                  {point.label}
                </button>
              ) : (
                point.label
              )}
              {point.note ? <span className="block text-xs text-muted">{point.note}</span> : null}
            </Cell>
            {series.map((one) => (
              <Cell key={one.key} numeric>
                {point.cells[one.key]?.text ?? "–"}
              </Cell>
            ))}
            {hasTotal ? (
              <Cell numeric className="font-medium">
                {point.total ?? "–"}
              </Cell>
            ) : null}
          </Row>
        ))}
      </Table>
    </div>
  );
}

/** A chart over time with its legend, and the table behind it. Everything in it is prepared; it draws, says and leads on. */
export function Chart(props: ChartProps) {
  const { label, size = "md", isTable, action, onOpen, onPick, canPick, ...data } = props;
  if (isTable) return <Behind {...props} />;
  const ticks = ticksOf(data);
  const texts = data.axis(ticks);
  const lines = new Map(ticks.map((tick, index) => [tick, texts[index] ?? ""]));
  const isWide = texts.some((text) => text.length > usualLength);
  return (
    <figure>
      <div className={classNames("relative mx-2 mt-3 mb-2", heights[size])}>
        <div role="img" aria-label={label} className="size-full">
          <Plot {...data} lines={lines} isWide={isWide} />
        </div>
        <Slots
          label={label}
          series={data.series}
          points={data.points}
          action={action ?? null}
          onOpen={onOpen}
          isWide={isWide}
        />
      </div>
      {data.series.length > 1 || data.series[0]?.total !== undefined ? (
        <Legend series={data.series} marks={data.marks} onPick={onPick} canPick={canPick} />
      ) : null}
    </figure>
  );
}
