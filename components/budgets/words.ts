/** How budgets and their scopes are put into words. Pure. */
import type { Budget } from "@/lib/budgets/queries";
import type { ScopeType } from "@/lib/budgets/schema";
import { formatMoney } from "@/lib/client/format";
import { zonedClock, zonedDate, zonedDay, zonedMonth } from "@/lib/client/zoned";
import { formatUsd, parseUsd } from "@/lib/money";
import { adminKeyPath, adminTeamPath, adminUserPath } from "@/lib/paths";
import type { PeriodKind } from "@/lib/periods";

type Scope = Budget["scope"];
type Terms = Pick<Budget, "period" | "timezone">;

export const scopeLabels: Record<ScopeType, string> = {
  key: "Key",
  user: "Person",
  team: "Team",
  member: "Place in a team",
};

export const periodLabels: Record<PeriodKind, string> = {
  daily: "Per day",
  weekly: "Per week, from Monday",
  monthly: "Per month",
  yearly: "Per year",
  total: "In total, once and for all",
};

/** What it is called; its id where it is gone. */
export function scopeName({ name, id }: Pick<Scope, "name" | "id">): string {
  return name ?? id;
}

/** `Platform (team)`. */
export function describeOn(scope: Scope): string {
  return `${scopeName(scope)} (${scopeLabels[scope.type].toLowerCase()})`;
}

/** The administrators' page of what a budget is on; a place in a team is looked after at the team. */
export function adminScopePath({ type, id }: Pick<Scope, "type" | "id">): string {
  const [first = ""] = id.split("/");
  if (type === "key") return adminKeyPath(first);
  return type === "user" ? adminUserPath(first) : adminTeamPath(first);
}

/** `monthly (Europe/Berlin), soft`. */
export function describeTerms({ period, timezone, hard }: Terms & Pick<Budget, "hard">): string {
  return `${period}${period === "total" ? "" : ` (${timezone})`}${hard ? "" : ", soft"}`;
}

/** `until 5 Dec, then $0.50`: when a limit that was raised for a while comes down next, and to what. Null where it stays. */
export function describeChange(budget: Pick<Budget, "effective_limit_usd" | "increases" | "timezone">): string | null {
  const [first] = budget.increases;
  if (!first) return null;
  const after = formatUsd(parseUsd(budget.effective_limit_usd) - parseUsd(first.amount_usd));
  return `until ${zonedDay(Date.parse(first.ends_at), budget.timezone)}, then ${formatMoney(after)}`;
}

/** `2026-12-01 00:00` on the wall clocks of a zone, which whoever shows this names beside it. */
export function formatLocal(iso: string, zone: string): string {
  const timeMs = Date.parse(iso);
  return `${zonedDate(timeMs, zone)} ${zonedClock(timeMs, zone)}`;
}

/** What part of a limit an amount is, in percent; for drawing only. */
export function shareOf(usd: string, limitUsd: string): number {
  const limit = parseUsd(limitUsd);
  return limit === 0n ? 0 : Number((parseUsd(usd) * 10_000n) / limit) / 100;
}

interface Span {
  period_start: string;
  period_end: string | null;
}

/** A period in the budget's zone: `Nov 2026`, `2026`, one day, or a week's days. */
export function describePeriod({ period_start, period_end }: Span, { period, timezone }: Terms): string {
  const startMs = Date.parse(period_start);
  const first = zonedDate(startMs, timezone);
  switch (period) {
    case "total":
      return "All its time";
    case "yearly":
      return first.slice(0, 4);
    case "monthly":
      return zonedMonth(startMs, timezone);
    case "daily":
      return first;
    case "weekly":
      return period_end ? `${first} to ${zonedDate(Date.parse(period_end) - 1, timezone)}` : first;
  }
}
