import { listAlertsQuery } from "@/lib/alerts/schema";
import { listAlerts } from "@/lib/alerts/service";
import { route } from "@/lib/api/route";
import { alertPage } from "@/lib/budgets/schema";

export const GET = route({
  method: "GET",
  summary: "List alerts, newest first",
  permission: "alerts.read",
  query: listAlertsQuery,
  output: alertPage,
  handler: (ctx, { query }) => listAlerts(ctx, query),
});
