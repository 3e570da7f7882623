"use client";

import { useIsFetching, useQueryClient } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Button } from "@/components/ui/button";
import { classNames } from "@/components/ui/class-names";
import { useHydrated } from "@/components/ui/use-hydrated";
import { formatClock } from "@/lib/client/format";

/** When the oldest of what the page shows was read (milliseconds since the epoch), or 0 where nothing was yet. */
function useOldestRead(): number {
  const cache = useQueryClient().getQueryCache();
  const read = () => {
    const times = cache
      .findAll({ type: "active" })
      .map((query) => query.state.dataUpdatedAt)
      .filter((time) => time > 0);
    return times.length > 0 ? Math.min(...times) : 0;
  };
  return useSyncExternalStore(
    (onChange) => cache.subscribe(onChange),
    read,
    () => 0,
  );
}

/** How old the page's figures are, and a button that reads them again. */
export function Freshness() {
  const client = useQueryClient();
  const readAt = useOldestRead();
  const isReady = useHydrated();
  const isFetching = useIsFetching() > 0;
  return (
    <div className="flex items-center gap-3 text-xs text-muted">
      <span className="min-w-32 tabular-nums sm:text-right">
        {readAt > 0 ? `As of ${formatClock(readAt)}` : "Loading…"}
      </span>
      <Button onClick={() => client.invalidateQueries()} disabled={!isReady} aria-label="Read everything again">
        <RefreshCw aria-hidden="true" className={classNames("size-3.5", isFetching && "animate-spin")} />
        Refresh
      </Button>
    </div>
  );
}
