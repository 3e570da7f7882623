/**
 * Temporary increases: an amount on top of a budget's limit until a given moment, docs/decisions/0013-temporary-increases.md. While one
 * counts it is part of the row's `limit_nano`, so the gateway knows nothing of it. lib/requests grants them; they end by a job.
 */
import { remainingOf } from "@/lib/alerts/alert-data";
import { type AuditChange, recordAudit } from "@/lib/audit/record";
import { type Context, withTransaction } from "@/lib/context";
import type { Budget, BudgetIncrease } from "@/lib/db/generated/client";
import { invalidField } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { enqueueJob } from "@/lib/jobs/queue";
import { formatUsd, maxNano } from "@/lib/money";
import { withoutHidden } from "./levels";
import { type BudgetView, currentPeriod, presentBudgets, scopeOf } from "./present";
import * as store from "./store";
import * as increases from "./store-increases";

/** The job that takes an increase back; its payload is `{increase_id}`. */
export const endIncreaseJob = "budgets.end_increase";

export interface Raise {
  amountNano: bigint;
  /** Null: the end of the budget's current period. */
  until: Date | null;
  requestId: string;
}

async function changeLimit(
  tx: Context,
  before: Budget,
  byNano: bigint,
): Promise<Pick<AuditChange, "before" | "after">> {
  const after = await store.updateBudget(tx.db, before.id, {
    limit_nano: before.limit_nano + byNano,
    updated_at: new Date(tx.clock.now()),
  });
  const view = ({ limit_nano }: Budget) => ({ effective_limit_usd: formatUsd(limit_nano) });
  return { before: view(before), after: view(after) };
}

/** Raises a budget that the caller holds by `holdBudget`, in the same transaction, and sees to it that the raise ends. */
export async function raiseBudget(tx: Context, budget: Budget, raise: Raise): Promise<BudgetIncrease> {
  const { amountNano, requestId } = raise;
  const now = new Date(tx.clock.now());
  const ends_at = raise.until ?? currentPeriod(tx, budget).period_end;
  if (!ends_at) throw invalidField("until", "is needed: this budget has no period that ends");
  if (budget.limit_nano + amountNano > maxNano)
    throw invalidField("amount_usd", "makes the limit more than an amount may be");
  const increase = await increases.insertIncrease(tx.db, {
    id: newId("increase", now.getTime()),
    budget_id: budget.id,
    amount_nano: amountNano,
    starts_at: now,
    ends_at,
    request_id: requestId,
  });
  const change = await changeLimit(tx, budget, amountNano);
  await enqueueJob(tx, { name: endIncreaseJob, payload: { increase_id: increase.id }, runAt: ends_at });
  await recordAudit(tx, {
    action: "budget.increased",
    target_type: "budget",
    target_id: budget.id,
    ...change,
    details: { cause: "budget_request", request_id: requestId, increase_id: increase.id, ends_at },
  });
  return increase;
}

/**
 * Takes an increase back once its time has come: exactly its amount, whatever became of the limit meanwhile, and once. Answers when to
 * come again where it is too early, else null; one that went with its budget is done.
 */
export function endIncrease(ctx: Context, id: string): Promise<Date | null> {
  return withTransaction(ctx, async (tx) => {
    const increase = await increases.findIncrease(tx.db, id);
    const now = new Date(tx.clock.now());
    if (!increase || increase.ended_at) return null;
    if (increase.ends_at > now) return increase.ends_at;
    // The budget first, as everywhere: whoever holds it decides what its limit is, and whether this increase still counts.
    const budget = await store.lockBudget(tx.db, increase.budget_id);
    if (!budget || !(await increases.closeIncrease(tx.db, id, now))) return null;
    const change = await changeLimit(tx, budget, -increase.amount_nano);
    await recordAudit(tx, {
      action: "budget.increase_ended",
      target_type: "budget",
      target_id: budget.id,
      ...change,
      details: { increase_id: id, request_id: increase.request_id, ends_at: increase.ends_at },
    });
    return null;
  });
}

/**
 * The hard budgets to which every call under this one is charged too and which have less left than this one would have with
 * `extraNano` more: they bind first. Of those that the caller may know of, as `withoutHidden` says; nearest first.
 */
export async function listBinding(ctx: Context, budgetId: string, extraNano: bigint): Promise<BudgetView[]> {
  const [budget] = await store.listBudgetsById(ctx.db, [budgetId]);
  if (!budget) return [];
  const scopes = withoutHidden(ctx, await increases.listScopesAbove(ctx.db, scopeOf(budget)));
  const hard = (await store.listBudgetsOn(ctx.db, scopes)).filter((each) => each.hard);
  const over = scopes.flatMap(({ type, id }) =>
    hard.filter((each) => each.scope_type === type && each.scope_id === id),
  );
  const accounts = await store.readAccounts(
    ctx.db,
    [budget, ...over].map((each) => currentPeriod(ctx, each)),
  );
  const leftOf = ({ id, limit_nano }: Budget, moreNano = 0n) => {
    const { spent_nano = 0n, held_nano = 0n } = accounts.get(id) ?? {};
    return remainingOf(limit_nano + moreNano, spent_nano, held_nano);
  };
  const left = leftOf(budget, extraNano);
  return presentBudgets(
    ctx,
    over.filter((each) => leftOf(each) < left),
  );
}
