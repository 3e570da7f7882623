/**
 * Budgets: an amount on one scope for one kind of period. The gateway's ledger spends them; this room sets and shows them. Routes
 * and the domains whose things have budgets call this; nothing else in the control plane touches the rows.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import type { Presentable } from "@/lib/api/route";
import { changedFields, recordAudit } from "@/lib/audit/record";
import { type Context, requireVersion, withTransaction } from "@/lib/context";
import type { Budget } from "@/lib/db/generated/client";
import { invalidField, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { formatUsd, maxNano, parseUsd } from "@/lib/money";
import { readSettings } from "@/lib/settings/service";
import { auditView, type BudgetView, currentPeriod, presentBudgets, scopeOf } from "./present";
import {
  type BudgetOutput,
  type BudgetScope,
  type BudgetTerms,
  budgetSorts,
  type CreateBudgetInput,
  type ListBudgetsQuery,
  type ListMyBudgetsQuery,
  type ListPeriodsQuery,
  type PeriodOutput,
  periodSorts,
  type UpdateBudgetInput,
} from "./schema";
import { canLimit, requireBudgetReach, requireLimitable, requireRightToLimit } from "./scopes";
import { readListing } from "./standing";
import * as store from "./store";
import { sumCounting } from "./store-increases";

async function presentBudget(ctx: Context, budget: Budget): Promise<Presentable<BudgetOutput>> {
  const [presented] = await presentBudgets(ctx, [budget]);
  if (!presented) throw notFound();
  return presented;
}

async function getBudgetRow(ctx: Context, id: string): Promise<Budget> {
  const budget = await store.findBudget(requireBudgetReach(ctx, "budgets.read"), ctx.db, id);
  if (!budget) throw notFound();
  return budget;
}

export async function getBudget(
  ctx: Context,
  id: string,
): Promise<Presentable<BudgetOutput> & { is_changeable: boolean }> {
  const budget = await getBudgetRow(ctx, id);
  return { ...(await presentBudget(ctx, budget)), is_changeable: await canLimit(ctx, scopeOf(budget)) };
}

export async function listBudgets(ctx: Context, query: ListBudgetsQuery): Promise<Page<Presentable<BudgetOutput>>> {
  const reach = requireBudgetReach(ctx, "budgets.read");
  const { scope_type, scope_id, q } = query;
  const { ranking, among } = await readListing(ctx, store.withinSql(reach), query);
  const filter = { scope_type, scope_id, q, among };
  const rows = await store.listBudgets(reach, ctx.db, filter, keyset(query, budgetSorts), ranking);
  const page = toPage(rows, query);
  return { ...page, data: await presentBudgets(ctx, page.data) };
}

/** The budgets on these scopes, which the caller has found to be the asker's own chain. */
export async function listBudgetsOn(
  ctx: Context,
  scopes: readonly BudgetScope[],
): Promise<Presentable<BudgetOutput>[]> {
  requireBudgetReach(ctx, "budgets.read");
  return presentBudgets(ctx, await store.listBudgetsOn(ctx.db, scopes));
}

/** A page of the same. */
export async function listBudgetPageOn(
  ctx: Context,
  scopes: readonly BudgetScope[],
  query: ListMyBudgetsQuery,
): Promise<Page<Presentable<BudgetOutput>>> {
  requireBudgetReach(ctx, "budgets.read");
  const { ranking, among } = await readListing(ctx, store.onScopesSql(scopes), query);
  const rows = await store.listPageOn(ctx.db, scopes, { q: query.q, among }, keyset(query, budgetSorts), ranking);
  const page = toPage(rows, query);
  return { ...page, data: await presentBudgets(ctx, page.data) };
}

/** These budgets by id, without those that are gone; the caller has found that they may be seen. */
export async function readBudgets(ctx: Context, ids: readonly string[]): Promise<Map<string, BudgetView>> {
  const budgets = await presentBudgets(ctx, await store.listBudgetsById(ctx.db, ids));
  return new Map(budgets.map((budget) => [budget.id, budget]));
}

/** Whether a budget is on one of these scopes. */
export async function isBudgetOn(ctx: Context, id: string, scopes: readonly BudgetScope[]): Promise<boolean> {
  const [budget] = await store.listBudgetsById(ctx.db, [id]);
  return (
    budget !== undefined && scopes.some(({ type, id: on }) => type === budget.scope_type && on === budget.scope_id)
  );
}

/** A budget's accounts, newest period first unless asked otherwise; a period in which nothing was called has none. */
export async function listPeriods(
  ctx: Context,
  id: string,
  query: ListPeriodsQuery,
): Promise<Page<Presentable<PeriodOutput>>> {
  const budget = await getBudgetRow(ctx, id);
  const rows = await store.listPeriods(ctx.db, id, keyset(query, periodSorts));
  const page = toPage(
    rows.map((row) => ({ ...row, id })),
    query,
  );
  const data = page.data.map((row) => ({
    period_start: row.period_start,
    period_end: row.period_end,
    opening_usd: formatUsd(row.opening_nano),
    spent_usd: formatUsd(row.spent_nano),
    held_usd: formatUsd(row.held_nano),
    limit_usd: formatUsd(budget.limit_nano),
  }));
  return { ...page, data };
}

/**
 * Adds a budget to something that the caller has just made or may limit; the caller has checked that. What the scope has already
 * spent in the current period counts from the first moment.
 */
export function createBudgetFor(ctx: Context, scope: BudgetScope, terms: BudgetTerms): Promise<Budget> {
  return withTransaction(ctx, async (tx) => {
    const { limit_usd, thresholds, ...rest } = terms;
    const now = new Date(tx.clock.now());
    const budget = await store.insertBudget(tx.db, {
      ...rest,
      id: newId("budget", now.getTime()),
      scope_type: scope.type,
      scope_id: scope.id,
      limit_nano: parseUsd(limit_usd),
      thresholds: thresholds ?? (await readSettings(tx.db)).alert_thresholds,
      created_at: now,
      updated_at: now,
    });
    await store.openAccounts(tx.db, [currentPeriod(tx, budget)]);
    await recordAudit(tx, {
      action: "budget.created",
      target_type: "budget",
      target_id: budget.id,
      after: auditView(budget),
    });
    return budget;
  });
}

/** Adds a budget to a scope that exists, is visible to the caller and is theirs to limit. */
export function createBudget(ctx: Context, input: CreateBudgetInput): Promise<Presentable<BudgetOutput>> {
  return withTransaction(ctx, async (tx) => {
    const { scope, ...terms } = input;
    await requireLimitable(tx, scope);
    return presentBudget(tx, await createBudgetFor(tx, scope, terms));
  });
}

/** Holds a budget until the transaction ends; 403 unless the caller may set its limit. */
export async function holdBudget(tx: Context, id: string): Promise<Budget> {
  const budget = await store.lockBudget(tx.db, id);
  if (!budget) throw notFound();
  await requireRightToLimit(tx, scopeOf(budget));
  return budget;
}

async function holdVisibleBudget(tx: Context, id: string): Promise<{ budget: Budget; increasedNano: bigint }> {
  await getBudgetRow(tx, id);
  const budget = await holdBudget(tx, id);
  return { budget, increasedNano: await sumCounting(tx.db, id) };
}

/** The limit in force where `limitUsd` is set under increases that go on. */
function limitUnder(increasedNano: bigint, limitUsd: string): bigint {
  const limitNano = parseUsd(limitUsd) + increasedNano;
  if (limitNano > maxNano) throw invalidField("limit_usd", "is, with its increases, more than an amount may be");
  return limitNano;
}

export function updateBudget(
  ctx: Context,
  id: string,
  input: UpdateBudgetInput,
  ifVersion: number | null,
): Promise<Presentable<BudgetOutput>> {
  return withTransaction(ctx, async (tx) => {
    const { budget: before, increasedNano } = await holdVisibleBudget(tx, id);
    requireVersion(before, ifVersion);
    const { limit_usd, hard, thresholds } = input;
    const budget = await store.updateBudget(tx.db, id, {
      hard,
      thresholds,
      limit_nano: limit_usd === undefined ? undefined : limitUnder(increasedNano, limit_usd),
      updated_at: new Date(tx.clock.now()),
    });
    await recordAudit(tx, {
      action: "budget.updated",
      target_type: "budget",
      target_id: id,
      ...changedFields(auditView(before, increasedNano), auditView(budget, increasedNano)),
    });
    return presentBudget(tx, budget);
  });
}

/** Deletes a budget with its accounts, alerts, increases and requests; calls in flight that were charged to it settle without it. */
export function deleteBudget(ctx: Context, id: string): Promise<undefined> {
  return withTransaction(ctx, async (tx) => {
    const { budget, increasedNano } = await holdVisibleBudget(tx, id);
    await store.deleteBudget(tx.db, id);
    await recordAudit(tx, {
      action: "budget.deleted",
      target_type: "budget",
      target_id: id,
      before: auditView(budget, increasedNano),
    });
    return undefined;
  });
}
