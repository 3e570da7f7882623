/** The audit log as the browser reads it. Views of components/audit and of what is audited call this. */
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi, type QueryValue } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys } from "@/lib/client/query-kit";
import type { auditPage } from "./schema";

export type AuditEntry = z.output<typeof auditPage>["data"][number];

const auditKeys = createKeys("audit");

export const auditQuery = (filter: Record<string, QueryValue> = {}) =>
  queryOptions({
    queryKey: auditKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<AuditEntry>>("/audit", { query: filter, signal }),
  });
