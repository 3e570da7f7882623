/** What lists of alerts take. An alert itself is described beside its budget, in lib/budgets/schema. */
import { z } from "zod";
import { idOf, listFields } from "@/lib/api/schemas";

export const listAlertsQuery = z.strictObject({ ...listFields, budget_id: idOf("budget").optional() });
export type ListAlertsQuery = z.output<typeof listAlertsQuery>;
export const listBudgetAlertsQuery = z.strictObject({ ...listFields });
export type ListBudgetAlertsQuery = z.output<typeof listBudgetAlertsQuery>;
