/** How budgets and their scopes are put into words. Pure. */
import type { Budget } from "@/lib/budgets/queries";
import type { ScopeType } from "@/lib/budgets/schema";
import { zonedClock, zonedDate } from "@/lib/client/zoned";
import { adminKeyPath, adminTeamPath, adminUserPath } from "@/lib/paths";
import type { PeriodKind } from "@/lib/periods";

type Scope = Budget["scope"];

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

/** The administrators' page of what a budget is on; a place in a team is looked after at the team. */
export function adminScopePath({ type, id }: Pick<Scope, "type" | "id">): string {
  const [first = ""] = id.split("/");
  if (type === "key") return adminKeyPath(first);
  return type === "user" ? adminUserPath(first) : adminTeamPath(first);
}

/** `monthly (Europe/Berlin), soft`. */
export function describeTerms({ period, timezone, hard }: Pick<Budget, "period" | "timezone" | "hard">): string {
  return `${period}${period === "total" ? "" : ` (${timezone})`}${hard ? "" : ", soft"}`;
}

/** `2026-12-01 00:00` on the wall clocks of a zone, which whoever shows this names beside it. */
export function formatLocal(iso: string, zone: string): string {
  const timeMs = Date.parse(iso);
  return `${zonedDate(timeMs, zone)} ${zonedClock(timeMs, zone)}`;
}

/** The days of a period in the budget's zone: `2026-11-01 to 2026-11-30`; one day for itself. */
export function describePeriod(period: { period_start: string; period_end: string | null }, zone: string): string {
  if (period.period_end === null) return "All its time";
  const first = zonedDate(Date.parse(period.period_start), zone);
  const last = zonedDate(Date.parse(period.period_end) - 1, zone);
  return first === last ? first : `${first} to ${last}`;
}
