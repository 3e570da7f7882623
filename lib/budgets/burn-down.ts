/**
 * How a budget is used up over one of its periods: what was spent by when, beside the line of even spending, and where it leads. Part of
 * the budgets domain's service; the route calls this.
 */
import { projectExhaustion } from "@/lib/alerts/alert-data";
import type { Presentable } from "@/lib/api/route";
import { reachOf } from "@/lib/authz/permissions";
import type { Context } from "@/lib/context";
import type { Budget } from "@/lib/db/generated/client";
import { invalidField, notFound } from "@/lib/errors";
import { formatUsd } from "@/lib/money";
import { type Period, type PeriodKind, periodAt } from "@/lib/periods";
import { findFirstDay, type SpendScope, sumSteps } from "@/lib/usage/spend";
import { scopeOf } from "./present";
import type { BurnDownOutput, BurnDownQuery, burnDownSteps } from "./schema";
import { requireBudgetReach } from "./scopes";
import * as store from "./store";

const dayMs = 86_400_000;
type Step = (typeof burnDownSteps)[number];

function choosePeriod(budget: Budget, asked: string | undefined, nowMs: number): Period {
  const period = periodAt(
    budget.period as PeriodKind,
    budget.timezone,
    asked === undefined ? nowMs : Date.parse(asked),
  );
  if (asked !== undefined && period.start.getTime() !== Date.parse(asked))
    throw invalidField(
      "period_start",
      `is not the start of a period; the one that holds it starts at ${period.start.toISOString()}`,
    );
  if (period.start.getTime() > nowMs) throw invalidField("period_start", "has not come yet");
  return period;
}

async function spendScopeOf(ctx: Context, budget: Budget): Promise<SpendScope> {
  const { type, id } = scopeOf(budget);
  const [teamId = "", userId = ""] = id.split("/");
  switch (type) {
    case "key":
      return { keyIds: await store.listDelegated(ctx.db, id) };
    case "user":
      return { userId: id };
    case "team":
      return { teamId: id };
    case "member":
      return { teamId, userId };
  }
}

/** Small enough to show a shape, large enough to be read: the whole period has some dozens of steps. */
function stepOf(lengthMs: number): Step {
  if (lengthMs <= 8 * dayMs) return "hour";
  return lengthMs <= 400 * dayMs ? "day" : "month";
}

interface Point {
  time: Date;
  spent_usd: string;
}

/** What was spent by the end of each step. The account has the last word: it also tells of calls in flight when the budget was made. */
async function readPoints(
  scope: SpendScope,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  step: Step,
  timezone: string,
  spentNano: bigint,
): Promise<Point[]> {
  if (fromMs >= toMs) return [];
  const steps = await sumSteps(scope, { fromMs, toMs }, step, timezone, toMs);
  let sum = 0n;
  const ends = steps.map(({ costNano }, index) => {
    sum += costNano;
    const isLast = index === steps.length - 1;
    return { time: new Date(steps[index + 1]?.fromMs ?? toMs), spent_usd: formatUsd(isLast ? spentNano : sum) };
  });
  return [{ time: new Date(fromMs), spent_usd: formatUsd(0n) }, ...ends];
}

/** Where spending leads if it goes on as it did since the period's start, by the rule of alerts. */
function forecast(period: Period, limitNano: bigint, spentNano: bigint, nowMs: number) {
  const elapsedMs = BigInt(nowMs - period.start.getTime());
  if (!period.end || nowMs >= period.end.getTime() || elapsedMs <= 0n) return null;
  const lengthMs = BigInt(period.end.getTime() - period.start.getTime());
  return {
    spent_usd: formatUsd((spentNano * lengthMs) / elapsedMs),
    exhausted_at: projectExhaustion(period, limitNano, spentNano, nowMs),
  };
}

export async function getBurnDown(
  ctx: Context,
  id: string,
  query: BurnDownQuery,
): Promise<Presentable<BurnDownOutput>> {
  const budget = await store.findBudget(requireBudgetReach(ctx, "budgets.read"), ctx.db, id);
  if (!budget) throw notFound();
  const nowMs = ctx.clock.now();
  const period = choosePeriod(budget, query.period_start, nowMs);
  const scope = await spendScopeOf(ctx, budget);
  const { scope_type, scope_id, limit_nano, timezone } = budget;
  const key = { budget_id: id, scope_type, scope_id, period_start: period.start, period_end: period.end };
  const { spent_nano = 0n, held_nano = 0n } = (await store.readAccounts(ctx.db, [key])).get(id) ?? {};
  const first = period.end ? period.start : await findFirstDay(scope);
  const toMs = Math.min(nowMs, period.end?.getTime() ?? nowMs);
  const fromMs = first?.getTime() ?? toMs;
  const step = stepOf((period.end?.getTime() ?? nowMs) - fromMs);
  const mayReadAlerts = reachOf(ctx.principal.authority, "alerts.read") !== null;
  return {
    budget_id: id,
    period: budget.period as PeriodKind,
    timezone,
    period_start: period.start,
    period_end: period.end,
    as_of: new Date(nowMs),
    limit_usd: formatUsd(limit_nano),
    spent_usd: formatUsd(spent_nano),
    held_usd: formatUsd(held_nano),
    step,
    points: await readPoints(scope, { fromMs, toMs }, step, timezone, spent_nano),
    ideal: period.end
      ? [
          { time: period.start, spent_usd: formatUsd(0n) },
          { time: period.end, spent_usd: formatUsd(limit_nano) },
        ]
      : [],
    forecast: forecast(period, limit_nano, spent_nano, nowMs),
    alerts: mayReadAlerts ? await store.listAlertsOfPeriod(ctx.db, id, period.start) : [],
  };
}
