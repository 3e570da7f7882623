import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { listAlerts } from "@/lib/budgets/alerts";
import { alertPage, listAlertsQuery } from "@/lib/budgets/schema";

export const GET = route({
  method: "GET",
  summary: "List alerts, newest first",
  permission: "alerts.read",
  query: listAlertsQuery,
  output: alertPage,
  handler: (ctx, { query }) => listAlerts(ctx, query),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
