/**
 * Budgets: an amount on one scope for one kind of period. The gateway's ledger spends them; this room sets and shows them. Routes
 * and the domains whose things have budgets call this; nothing else in the control plane touches the rows.
 */
import { percentOf, remainingOf } from "@/lib/alerts/alert-data";
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import type { Presentable } from "@/lib/api/route";
import { changedFields, recordAudit } from "@/lib/audit/record";
import { type Context, requireVersion, withTransaction } from "@/lib/context";
import type { PeriodKey } from "@/lib/db/budget-periods";
import type { Budget } from "@/lib/db/generated/client";
import { invalidField, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { formatUsd, parseUsd } from "@/lib/money";
import { type PeriodKind, periodAt } from "@/lib/periods";
import { readSettings } from "@/lib/settings/service";
import type {
  BudgetOutput,
  BudgetScope,
  BudgetTerms,
  CreateBudgetInput,
  ListAccountsQuery,
  ListBudgetsQuery,
  PeriodOutput,
  ScopeType,
  UpdateBudgetInput,
} from "./schema";
import { requireBudgetReach, requireLimitable, requireRightToLimit } from "./scopes";
import * as store from "./store";

const sortable = { created_at: "time" } as const;

function scopeOf(budget: Budget): BudgetScope {
  return { type: budget.scope_type as ScopeType, id: budget.scope_id };
}

function currentPeriod(ctx: Context, budget: Budget): PeriodKey {
  const { start, end } = periodAt(budget.period as PeriodKind, budget.timezone, ctx.clock.now());
  const { scope_type, scope_id } = budget;
  return { budget_id: budget.id, scope_type, scope_id, period_start: start, period_end: end };
}

/** What the audit log keeps of a budget: its terms, money as on the wire. */
function auditView({ limit_nano, scope_type, scope_id, period, timezone, hard, thresholds }: Budget) {
  return { scope_type, scope_id, limit_usd: formatUsd(limit_nano), period, timezone, hard, thresholds };
}

async function presentBudgets(ctx: Context, budgets: readonly Budget[]): Promise<Presentable<BudgetOutput>[]> {
  const periods = budgets.map((budget) => currentPeriod(ctx, budget));
  const [accounts, names] = await Promise.all([
    store.readAccounts(ctx.db, periods),
    store.readScopeNames(ctx.db, budgets.map(scopeOf)),
  ]);
  return budgets.map((budget, index) => {
    const { spent_nano = 0n, held_nano = 0n } = accounts.get(budget.id) ?? {};
    const scope = scopeOf(budget);
    return {
      id: budget.id,
      scope: { ...scope, name: names.get(`${scope.type} ${scope.id}`) ?? null },
      limit_usd: formatUsd(budget.limit_nano),
      period: budget.period as PeriodKind,
      timezone: budget.timezone,
      hard: budget.hard,
      thresholds: budget.thresholds,
      current: {
        period_start: periods[index]?.period_start ?? new Date(0),
        period_end: periods[index]?.period_end ?? null,
        spent_usd: formatUsd(spent_nano),
        held_usd: formatUsd(held_nano),
        remaining_usd: formatUsd(remainingOf(budget.limit_nano, spent_nano, held_nano)),
        percent: percentOf(spent_nano, budget.limit_nano),
      },
      created_at: budget.created_at,
      updated_at: budget.updated_at,
      version: budget.version,
    };
  });
}

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

export async function getBudget(ctx: Context, id: string): Promise<Presentable<BudgetOutput>> {
  return presentBudget(ctx, await getBudgetRow(ctx, id));
}

export async function listBudgets(ctx: Context, query: ListBudgetsQuery): Promise<Page<Presentable<BudgetOutput>>> {
  const reach = requireBudgetReach(ctx, "budgets.read");
  const { scope_type, scope_id } = query;
  const rows = await store.listBudgets(reach, ctx.db, { scope_type, scope_id }, keyset(query, sortable));
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

/** A budget's accounts, newest period first; a period in which nothing was called has none. */
export async function listPeriods(
  ctx: Context,
  id: string,
  query: ListAccountsQuery,
): Promise<Page<Presentable<PeriodOutput>>> {
  const budget = await getBudgetRow(ctx, id);
  const before = query.cursor ? new Date(Buffer.from(query.cursor, "base64url").toString("utf8")) : null;
  if (before && Number.isNaN(before.getTime())) throw invalidField("cursor", "is not one that this list gave out");
  const rows = await store.listPeriods(ctx.db, id, before, query.limit + 1);
  const shown = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? shown.at(-1) : undefined;
  const data = shown.map((row) => ({
    period_start: row.period_start,
    period_end: row.period_end,
    opening_usd: formatUsd(row.opening_nano),
    spent_usd: formatUsd(row.spent_nano),
    held_usd: formatUsd(row.held_nano),
    limit_usd: formatUsd(budget.limit_nano),
  }));
  return { data, next_cursor: last ? Buffer.from(last.period_start.toISOString()).toString("base64url") : null };
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

async function getBudgetToChange(tx: Context, id: string): Promise<Budget> {
  await getBudgetRow(tx, id);
  const budget = await store.lockBudget(tx.db, id);
  if (!budget) throw notFound();
  await requireRightToLimit(tx, scopeOf(budget));
  return budget;
}

export function updateBudget(
  ctx: Context,
  id: string,
  input: UpdateBudgetInput,
  ifVersion: number | null,
): Promise<Presentable<BudgetOutput>> {
  return withTransaction(ctx, async (tx) => {
    const before = await getBudgetToChange(tx, id);
    requireVersion(before, ifVersion);
    const { limit_usd, hard, thresholds } = input;
    const budget = await store.updateBudget(tx.db, id, {
      hard,
      thresholds,
      limit_nano: limit_usd === undefined ? undefined : parseUsd(limit_usd),
      updated_at: new Date(tx.clock.now()),
    });
    await recordAudit(tx, {
      action: "budget.updated",
      target_type: "budget",
      target_id: id,
      ...changedFields(auditView(before), auditView(budget)),
    });
    return presentBudget(tx, budget);
  });
}

/** Deletes a budget with its accounts and alerts; calls in flight that were charged to it settle without it. */
export function deleteBudget(ctx: Context, id: string): Promise<undefined> {
  return withTransaction(ctx, async (tx) => {
    const budget = await getBudgetToChange(tx, id);
    await store.deleteBudget(tx.db, id);
    await recordAudit(tx, {
      action: "budget.deleted",
      target_type: "budget",
      target_id: id,
      before: auditView(budget),
    });
    return undefined;
  });
}
