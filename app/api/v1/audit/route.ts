import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { auditPage, listAuditQuery } from "@/lib/audit/schema";
import { listAudit } from "@/lib/audit/service";

export const GET = route({
  method: "GET",
  summary: "List who did what, newest first",
  permission: "audit.read",
  query: listAuditQuery,
  output: auditPage,
  handler: (ctx, { query }) => listAudit(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
