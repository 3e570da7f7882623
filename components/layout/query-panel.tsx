"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { NotAllowed } from "./not-allowed";
import { Failure, isCode, isWaiting, Stale } from "./query-states";

interface QueryPanelProps<T> {
  title: string;
  hint?: ReactNode;
  action?: ReactNode;
  className?: string;
  query: UseQueryResult<T>;
  /** How many lines its content is likely to have. */
  lines?: number;
  isEmpty?: (data: T) => boolean;
  /** What stands there when there is nothing to show. */
  empty?: ReactNode;
  children: (data: T) => ReactNode;
}

function Loading({ title, lines }: { title: string; lines: number }) {
  return (
    <div className="space-y-3 px-4 py-4">
      <p role="status" className="sr-only">
        Loading: {title}
      </p>
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <Skeleton key={line} className={line % 2 === 0 ? "w-full" : "w-2/3"} />
      ))}
    </div>
  );
}

/** A titled part of a page that shows what one query gave: loading, failed, not allowed, nothing there, or the content. */
export function QueryPanel<T>({ query, lines = 3, isEmpty, empty, children, ...card }: QueryPanelProps<T>) {
  const { data, error } = query;
  const waits = isWaiting(query);
  return (
    <Card {...card} aria-busy={waits}>
      {waits ? <Loading title={card.title} lines={lines} /> : null}
      {data === undefined && isCode(error, "forbidden") ? <NotAllowed /> : null}
      {data === undefined && error && !waits && !isCode(error, "forbidden") ? (
        <Failure error={error} onRetry={() => query.refetch()} />
      ) : null}
      {data !== undefined && error ? <Stale readAt={query.dataUpdatedAt} /> : null}
      {data === undefined ? null : isEmpty?.(data) ? empty : children(data)}
    </Card>
  );
}
