import { route } from "@/lib/api/route";
import { myBudgetsOutput } from "@/lib/me/schema";
import { listMyBudgets } from "@/lib/me/service";

export const GET = route({
  method: "GET",
  summary: "List every budget that your calls may be charged to",
  permission: "budgets.read",
  output: myBudgetsOutput,
  handler: (ctx) => listMyBudgets(ctx),
});
