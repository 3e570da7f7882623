"use client";

import { useQuery } from "@tanstack/react-query";
import { Badge } from "@/components/ui/badge";
import { countedAtMost, waitingQuery } from "@/lib/requests/queries";

const refreshMs = 60_000;

/** How many requests wait for the visitor, beside the way to them; nothing where none does. */
export function WaitingCount() {
  const { data } = useQuery({ ...waitingQuery(), refetchInterval: refreshMs });
  const count = data?.data.length ?? 0;
  if (count === 0) return null;
  const text = count > countedAtMost ? `${countedAtMost}+` : String(count);
  return (
    <Badge tone="accent" className="ml-auto tabular-nums">
      {text}
      <span className="sr-only"> waiting</span>
    </Badge>
  );
}
