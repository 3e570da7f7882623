/** Usage as the browser reads it. Views of components/usage call this. */
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys } from "@/lib/client/query-kit";
import type {
  eventDetailOutput,
  eventOutput,
  Grouping,
  Interval,
  latencyOutput,
  refusalOutput,
  summaryOutput,
} from "./schema";
import type { Span } from "./spans";
import { hoursBefore } from "./windows";

export type UsageSummary = z.output<typeof summaryOutput>;
export type UsageFigures = UsageSummary["totals"];

const usageKeys = createKeys("usage");

/** The running hour and the 23 before it, by hour. */
export const dayUsageQuery = () =>
  queryOptions({
    queryKey: usageKeys.view("summary", { name: "day" }),
    queryFn: ({ signal }) =>
      getApi<UsageSummary>("/usage/summary", {
        query: { from: hoursBefore(Date.now(), 23).toISOString(), to: new Date().toISOString(), interval: "hour" },
        signal,
      }),
  });

type UsageLatency = z.output<typeof latencyOutput>;
export type UsageCall = z.output<typeof eventOutput>;
export type UsageCallDetail = z.output<typeof eventDetailOutput>;
export type UsageRefusal = z.output<typeof refusalOutput>;

/** Whose calls: all that one may see, or one's own alone. */
export type UsageOf = "seen" | "own";

export interface UsageFilters {
  key_id?: string | null;
  user_id?: string | null;
  team_id?: string | null;
  model?: string | null;
  provider_id?: string | null;
  tag?: string | null;
}

export interface SummaryAsk {
  of: UsageOf;
  span: Span;
  interval: Interval;
  timezone: string;
  group_by?: Grouping;
  filters: UsageFilters;
}

const shownGroups = 8;

function rangeOf({ fromMs, toMs }: Span): { from: string; to: string } {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

/** Figures per interval; with `group_by` of the eight groups with the highest cost and of all others together. */
export const usageSummaryQuery = ({ of, span, filters, ...ask }: SummaryAsk) =>
  queryOptions({
    queryKey: usageKeys.view("summary", { of, span, filters, ...ask }),
    queryFn: ({ signal }) =>
      getApi<UsageSummary>(of === "own" ? "/me/usage" : "/usage/summary", {
        query: { ...rangeOf(span), ...ask, ...(ask.group_by ? { top: shownGroups } : {}), ...filters },
        signal,
      }),
  });

/** How long calls took; for those who may see all of them. Kept by model, so no other filter applies. */
export const usageLatencyQuery = (ask: {
  span: Span;
  interval: Exclude<Interval, "month">;
  timezone: string;
  model?: string | null;
  provider_id?: string | null;
}) =>
  queryOptions({
    queryKey: usageKeys.view("latency", ask),
    queryFn: ({ signal }) => {
      const { span, ...rest } = ask;
      return getApi<UsageLatency>("/usage/latency", { query: { ...rangeOf(span), ...rest }, signal });
    },
  });

/** One call with all that is known of it. */
export const usageCallQuery = (id: string) =>
  queryOptions({
    queryKey: usageKeys.detail(id),
    queryFn: ({ signal }) => getApi<UsageCallDetail>(`/usage/events/${encodeURIComponent(id)}`, { signal }),
  });

type ListAsk = Record<string, string | number>;

/** A page of finished calls. */
export const usageCallsQuery = (ask: ListAsk) =>
  queryOptions({
    queryKey: usageKeys.list(ask),
    queryFn: ({ signal }) => getApi<Page<UsageCall>>("/usage/events", { query: ask, signal }),
  });

/** A page of refused calls. */
export const usageRefusalsQuery = (ask: ListAsk) =>
  queryOptions({
    queryKey: usageKeys.view("refusals", ask),
    queryFn: ({ signal }) => getApi<Page<UsageRefusal>>("/usage/refusals", { query: ask, signal }),
  });
