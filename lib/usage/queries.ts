/** Usage as the browser reads it. Views of components/usage call this. */
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi } from "@/lib/client/fetch";
import { createKeys } from "@/lib/client/query-kit";
import type { Interval, summaryOutput } from "./schema";
import { hoursBefore, monthStart } from "./windows";

export type UsageSummary = z.output<typeof summaryOutput>;
export type UsageFigures = UsageSummary["totals"];

const usageKeys = createKeys("usage");

function summaryQuery(name: string, interval: Interval, startOf: (nowMs: number) => Date) {
  return queryOptions({
    queryKey: usageKeys.view("summary", { name }),
    queryFn: ({ signal }) =>
      getApi<UsageSummary>("/usage/summary", {
        query: { from: startOf(Date.now()).toISOString(), to: new Date().toISOString(), interval },
        signal,
      }),
  });
}

/** The running month so far, in UTC. */
export const monthUsageQuery = () => summaryQuery("month", "total", monthStart);

/** The running hour and the 23 before it, by hour. */
export const dayUsageQuery = () => summaryQuery("day", "hour", (nowMs) => hoursBefore(nowMs, 23));
