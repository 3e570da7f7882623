import { exportResponse } from "@/lib/api/export";
import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { auditColumns, exportAuditQuery } from "@/lib/audit/schema";
import { exportAudit } from "@/lib/audit/service";

export const GET = route({
  method: "GET",
  summary: "Download the audit log, oldest first",
  permission: "audit.read",
  query: exportAuditQuery,
  produces: ["text/csv", "application/x-ndjson"],
  handler: async (ctx, { query: { format, ...filter } }) =>
    exportResponse({ format, filename: "audit", columns: auditColumns, pages: await exportAudit(ctx, filter) }),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
