/** The audit log as the browser reads it. Views of components/audit and of what is audited call this. */
import { queryOptions, useMutation } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi, type QueryValue } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys } from "@/lib/client/query-kit";
import type { auditPage, verifyOutput } from "./schema";

export type AuditEntry = z.output<typeof auditPage>["data"][number];
export type Verification = z.output<typeof verifyOutput>;

const auditKeys = createKeys("audit");

export const auditQuery = (filter: Record<string, QueryValue> = {}) =>
  queryOptions({
    queryKey: auditKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<AuditEntry>>("/audit", { query: filter, signal }),
  });

/** Computes the chain again; it is asked for by hand, since it reads the whole log. */
export function useVerifyAudit() {
  return useMutation<Verification, ApiError, void>({ mutationFn: () => callApi("POST", "/audit/verify") });
}
