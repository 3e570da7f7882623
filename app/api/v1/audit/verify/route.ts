import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { verifyOutput } from "@/lib/audit/schema";
import { verifyAudit } from "@/lib/audit/service";

export const POST = route({
  method: "POST",
  summary: "Verify the audit log's hash chain",
  description: "Finds the first entry that was altered, removed, moved or added behind the product's back.",
  permission: "audit.read",
  output: verifyOutput,
  readOnly: true,
  handler: (ctx) => verifyAudit(ctx),
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods(POST);
