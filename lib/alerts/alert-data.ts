/**
 * What an alert says: which thresholds a charge crossed, and the `data` of its event in the words of the event catalogue. Pure;
 * the gateway's ledger calls it when it settles, and so may anyone who shows a budget.
 */
import { formatUsd, type NanoUsd } from "@/lib/money";
import type { Period, PeriodKind } from "@/lib/periods";

/** The event that announces a threshold: 100 % is `budget.exceeded`. */
export function eventTypeOf(threshold: number): "budget.exceeded" | "budget.threshold_reached" {
  return threshold >= 100 ? "budget.exceeded" : "budget.threshold_reached";
}

/**
 * The thresholds (percentages) that spending reached on its way from `beforeNano` to `afterNano`, ascending, each once. Exactly at
 * the threshold is reached. With a limit of nothing everything is.
 */
export function crossedThresholds(
  thresholds: readonly number[],
  limitNano: NanoUsd,
  beforeNano: NanoUsd,
  afterNano: NanoUsd,
): number[] {
  const isReached = (threshold: number, spentNano: NanoUsd) => spentNano * 100n >= limitNano * BigInt(threshold);
  const crossed = thresholds.filter(
    (threshold) => limitNano === 0n || (!isReached(threshold, beforeNano) && isReached(threshold, afterNano)),
  );
  return [...new Set(crossed)].sort((a, b) => a - b);
}

/** How much of the limit is spent, in percent, cut (not rounded) to two decimals; for display only. All of it where the limit is nothing. */
export function percentOf(spentNano: NanoUsd, limitNano: NanoUsd): number {
  return limitNano === 0n ? 100 : Number((spentNano * 10_000n) / limitNano) / 100;
}

/** What is still free: limit − spent − held, never less than nothing. */
export function remainingOf(limitNano: NanoUsd, spentNano: NanoUsd, heldNano: NanoUsd): NanoUsd {
  const free = limitNano - spentNano - heldNano;
  return free > 0n ? free : 0n;
}

/**
 * When the limit is spent if spending goes on as it did since the period's start; `nowMs` where it is spent already. Null where
 * that is after the period's end, where nothing was spent, and for a total, which has no start to reckon from.
 */
export function projectExhaustion(period: Period, limitNano: NanoUsd, spentNano: NanoUsd, nowMs: number): Date | null {
  if (spentNano >= limitNano) return new Date(nowMs);
  const elapsedMs = BigInt(Math.floor(nowMs)) - BigInt(period.start.getTime());
  if (spentNano <= 0n || period.end === null || elapsedMs <= 0n) return null;
  const restMs = ((limitNano - spentNano) * elapsedMs) / spentNano;
  return restMs < BigInt(period.end.getTime()) - BigInt(Math.floor(nowMs)) ? new Date(nowMs + Number(restMs)) : null;
}

export interface AlertFacts {
  alertId: string;
  /** Percent. */
  threshold: number;
  budget: { id: string; limitNano: NanoUsd; period: PeriodKind; hard: boolean };
  period: Period;
  scope: { type: string; id: string; name: string | null };
  spentNano: NanoUsd;
  heldNano: NanoUsd;
  nowMs: number;
}

/** The `data` of the alert's row and of its event: JSON, money as decimal text, times as ISO 8601. */
export function buildAlertData(facts: AlertFacts): Record<string, unknown> {
  const { budget, period, scope, spentNano, heldNano } = facts;
  const exhaustion = projectExhaustion(period, budget.limitNano, spentNano, facts.nowMs);
  return {
    alert_id: facts.alertId,
    threshold: facts.threshold,
    percent: percentOf(spentNano, budget.limitNano),
    budget: {
      id: budget.id,
      limit_usd: formatUsd(budget.limitNano),
      period: budget.period,
      period_start: period.start.toISOString(),
      period_end: period.end?.toISOString() ?? null,
      hard: budget.hard,
    },
    scope: { type: scope.type, id: scope.id, name: scope.name },
    spent_usd: formatUsd(spentNano),
    held_usd: formatUsd(heldNano),
    remaining_usd: formatUsd(remainingOf(budget.limitNano, spentNano, heldNano)),
    projected_exhaustion_at: exhaustion?.toISOString() ?? null,
  };
}
