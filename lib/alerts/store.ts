/** Rows of alerts. Only lib/alerts calls this; the budgets within reach stand in every read. */
import type { Keyset } from "@/lib/api/pagination";
import type { Db } from "@/lib/db/client";
import type { Alert } from "@/lib/db/generated/client";

/** A page of the alerts of these budgets; null for those of all. */
export function listAlerts(budgetIds: readonly string[] | null, db: Db, page: Keyset): Promise<Alert[]> {
  const within = budgetIds === null ? {} : { budget_id: { in: [...budgetIds] } };
  return db.alert.findMany({ where: { AND: [within, page.where] }, orderBy: page.orderBy, take: page.take });
}

export async function budgetExists(db: Db, id: string): Promise<boolean> {
  return (await db.budget.count({ where: { id } })) === 1;
}
