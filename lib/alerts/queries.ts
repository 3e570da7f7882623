/** Alerts as the browser reads them. Views of components/alerts call this. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import type { alertOutput } from "@/lib/budgets/schema";
import { getApi, type QueryValue } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys } from "@/lib/client/query-kit";

/** What the event of a crossed threshold says; see the event catalogue. */
export interface AlertData {
  threshold: number;
  percent: number;
  budget: { id: string; limit_usd: string; period: string; hard: boolean };
  scope: { type: string; id: string; name: string | null };
  spent_usd: string;
}

export type Alert = Omit<z.output<typeof alertOutput>, "data"> & { data: AlertData };

const alertKeys = createKeys("alerts");

export const alertsQuery = (filter: Record<string, QueryValue> = {}) =>
  queryOptions({
    queryKey: alertKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<Alert>>("/alerts", { query: filter, signal }),
    placeholderData: keepPreviousData,
  });
