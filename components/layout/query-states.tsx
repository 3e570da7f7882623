"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { ApiError } from "@/lib/client/api-error";
import { formatClock } from "@/lib/client/format";

export function isCode(error: Error | null, code: string): boolean {
  return error instanceof ApiError && error.code === code;
}

/** Nothing to show yet, and nothing that went wrong: the end of a session is told by the page that follows it. */
export function isWaiting({ data, error }: Pick<UseQueryResult<unknown>, "data" | "error">): boolean {
  return data === undefined && (error === null || isCode(error, "unauthenticated"));
}

/** What stands where something could not be read. */
export function Failure({ error, onRetry }: { error: Error; onRetry: () => void }) {
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

/** Stands above what was read before and could not be read again. */
export function Stale({ readAt }: { readAt: number }) {
  return (
    <div className="px-4 py-4">
      <Alert tone="warn">Could not be brought up to date. This is how it was at {formatClock(readAt)}.</Alert>
    </div>
  );
}

/** A figure of what was read: undefined while one waits for it, a dash where it could not be read. */
export function figureOf<T>(query: Pick<UseQueryResult<T>, "data" | "error">, read: (data: T) => ReactNode): ReactNode {
  if (query.data !== undefined) return read(query.data);
  return isWaiting(query) ? undefined : "–";
}
