/**
 * Budgets: an amount on one scope for one kind of period. The gateway's ledger spends them; this room sets and shows them.
 */
import { recordAudit } from "@/lib/audit/record";
import { type Context, requireReach, withTransaction } from "@/lib/context";
import type { Budget } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";
import { parseUsd } from "@/lib/money";
import type { BudgetScope, BudgetTerms } from "./schema";

/** Adds a budget for a scope that the caller is allowed to limit. */
export function createBudgetFor(ctx: Context, scope: BudgetScope, terms: BudgetTerms): Promise<Budget> {
  return withTransaction(ctx, async (tx) => {
    requireReach(tx, "budgets.write");
    const { limit_usd, ...rest } = terms;
    const budget = await tx.db.budget.create({
      data: {
        ...rest,
        id: newId("budget", tx.clock.now()),
        scope_type: scope.type,
        scope_id: scope.id,
        limit_nano: parseUsd(limit_usd),
      },
    });
    await recordAudit(tx, { action: "budget.created", target_type: "budget", target_id: budget.id, after: budget });
    return budget;
  });
}
