"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { ApiError } from "@/lib/client/api-error";
import { formatClock } from "@/lib/client/format";
import { NotAllowed } from "./not-allowed";

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

function Failure({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <div className="p-4">
      <Alert tone="danger" action={<Button onClick={onRetry}>Try again</Button>}>
        {error instanceof ApiError ? error.message : "This could not be shown."}
        {requestId ? <span className="block text-xs">Request {requestId}</span> : null}
      </Alert>
    </div>
  );
}

function Stale<T>({ query }: { query: UseQueryResult<T> }) {
  return (
    <div className="px-4 pt-4">
      <Alert tone="warn">
        Could not be brought up to date. This is how it was at {formatClock(query.dataUpdatedAt)}.
      </Alert>
    </div>
  );
}

function isCode(error: Error | null, code: string): boolean {
  return error instanceof ApiError && error.code === code;
}

/** A titled part of a page that shows what one query gave: loading, failed, not allowed, nothing there, or the content. */
export function QueryPanel<T>({ query, lines = 3, isEmpty, empty, children, ...card }: QueryPanelProps<T>) {
  const { data, error } = query;
  const isWaiting = data === undefined && (error === null || isCode(error, "unauthenticated"));
  return (
    <Card {...card} aria-busy={isWaiting}>
      {isWaiting ? <Loading title={card.title} lines={lines} /> : null}
      {data === undefined && isCode(error, "forbidden") ? <NotAllowed /> : null}
      {data === undefined && error && !isWaiting && !isCode(error, "forbidden") ? (
        <Failure error={error} onRetry={() => query.refetch()} />
      ) : null}
      {data !== undefined && error ? <Stale query={query} /> : null}
      {data === undefined ? null : isEmpty?.(data) ? empty : children(data)}
    </Card>
  );
}
