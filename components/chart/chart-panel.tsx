"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { ChartColumn, Table2 } from "lucide-react";
import { type ComponentProps, type ReactNode, useState } from "react";
import { QueryPanel } from "@/components/layout/query-panel";
import { Button } from "@/components/ui/button";
import { Chart } from "./chart";

interface ChartPanelProps<T>
  extends Omit<ComponentProps<typeof Chart>, "series" | "points" | "marks" | "label" | "isTable"> {
  title: string;
  /** Unit and time zone. */
  hint: string;
  query: UseQueryResult<T>;
  /** Beside the toggle. */
  more?: ReactNode;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  prepare: (data: T) => Pick<ComponentProps<typeof Chart>, "series" | "points" | "marks">;
}

/** A titled chart of what one query gave, with its states and the way to the table behind it. */
export function ChartPanel<T>(props: ChartPanelProps<T>) {
  const { title, hint, query, more, isEmpty, empty, prepare, ...chart } = props;
  const [isTable, setTable] = useState(false);
  const Icon = isTable ? ChartColumn : Table2;
  return (
    <QueryPanel
      title={title}
      hint={hint}
      query={query}
      lines={chart.size === "lg" ? 9 : 7}
      className={chart.size === "lg" ? "min-h-96" : "min-h-80"}
      isEmpty={isEmpty}
      empty={empty}
      action={
        <span className="flex items-center gap-2">
          {more}
          <Button
            tone="ghost"
            aria-pressed={isTable}
            aria-label={`${title}: show as a table`}
            onClick={() => setTable(!isTable)}
          >
            <Icon aria-hidden="true" className="size-4" />
            <span className="max-sm:sr-only">{isTable ? "Chart" : "Table"}</span>
          </Button>
        </span>
      }
    >
      {(data) => <Chart {...chart} {...prepare(data)} label={`${title}, ${hint}`} isTable={isTable} />}
    </QueryPanel>
  );
}
