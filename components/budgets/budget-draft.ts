/** A budget as it is being written, and as it is sent. Pure. */
import type { Option } from "@/components/ui/combobox";
import type { Budget, BudgetChange, NewBudget } from "@/lib/budgets/queries";
import type { ScopeType } from "@/lib/budgets/schema";
import type { PeriodKind } from "@/lib/periods";

/** What a budget is on. */
export interface BudgetOn {
  type: ScopeType;
  id: string;
  name: string;
}

/** What can be changed later: all but what the spending is counted by. */
export interface TermsDraft {
  limit_usd: string;
  hard: boolean;
  /** Percentages between commas. */
  thresholds: string;
}

export interface BudgetDraft extends TermsDraft {
  type: ScopeType;
  key: Option | null;
  user: Option | null;
  team: Option | null;
  period: PeriodKind;
  timezone: string;
}

/** The fields that the form shows problems of. */
export const budgetFields = ["scope", "limit_usd", "period", "timezone", "hard", "thresholds"] as const;

export const emptyDraft: BudgetDraft = {
  type: "team",
  key: null,
  user: null,
  team: null,
  limit_usd: "",
  period: "monthly",
  timezone: "UTC",
  hard: true,
  thresholds: "",
};

/** `"50, 75 %"` → 50 and 75; what is no number goes to the server as it is, which says so. */
function readThresholds(text: string): number[] {
  return text
    .split(/[,;\s]+/)
    .map((part) => part.replace(/%$/, ""))
    .filter(Boolean)
    .map(Number);
}

/** The scope that was picked; null while something of it is missing. */
export function scopeOf({ type, key, user, team }: BudgetDraft): NewBudget["scope"] | null {
  if (type === "member") return team && user ? { type, id: `${team.id}/${user.id}` } : null;
  const picked = { key, user, team }[type];
  return picked ? { type, id: picked.id } : null;
}

/** What the API takes. Without thresholds, those of the settings hold. */
export function newBudgetOf(draft: BudgetDraft, scope: NewBudget["scope"]): NewBudget {
  const thresholds = readThresholds(draft.thresholds);
  const { period, timezone, hard } = draft;
  return {
    scope,
    limit_usd: draft.limit_usd.trim(),
    period,
    // A total has no days, so it needs no zone for them.
    ...(period === "total" ? {} : { timezone }),
    hard,
    ...(thresholds.length > 0 ? { thresholds } : {}),
  };
}

/** What is stored, ready to be written over. */
export function termsOf({ limit_usd, hard, thresholds }: Budget): TermsDraft {
  return { limit_usd, hard, thresholds: thresholds.join(", ") };
}

/** Only what was changed, so that nothing else is overwritten. */
export function changeOf(base: Budget, draft: TermsDraft): BudgetChange {
  const before = termsOf(base);
  return {
    ...(draft.limit_usd.trim() === before.limit_usd ? {} : { limit_usd: draft.limit_usd.trim() }),
    ...(draft.hard === before.hard ? {} : { hard: draft.hard }),
    ...(draft.thresholds === before.thresholds ? {} : { thresholds: readThresholds(draft.thresholds) }),
  };
}
