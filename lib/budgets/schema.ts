/** What budgets look like on the wire: one schema for API, forms and OpenAPI. */
import { z } from "zod";
import { idOf, isoTime, jsonObject, listFields, pageOf, usd } from "@/lib/api/schemas";
import { periodKinds } from "@/lib/periods";

export const scopeTypes = ["key", "user", "team", "member"] as const;
export type ScopeType = (typeof scopeTypes)[number];

function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

const timezone = z.string().refine(isTimezone, "must be an IANA time zone such as Europe/Berlin");
const thresholds = z
  .array(z.int().min(1).max(100))
  .max(20)
  .transform((list) => [...new Set(list)].sort((a, b) => a - b));

/** What a budget says, apart from what it is on; also the `budget` of a new team, user or key. */
export const budgetTerms = z.strictObject({
  limit_usd: usd,
  period: z.enum(periodKinds),
  timezone: timezone.default("UTC"),
  hard: z
    .boolean()
    .default(true)
    .meta({ description: "Hard refuses calls that have no room; soft only counts and alerts." }),
  thresholds: thresholds
    .optional()
    .meta({ description: "Percentages at which an alert is sent, once a period; absent: those of the settings." }),
});
export type BudgetTerms = z.output<typeof budgetTerms>;

export const budgetScope = z.strictObject({
  type: z.enum(scopeTypes),
  id: z.string().max(120).meta({ description: "The id of the key, user or team; for a member `<team id>/<user id>`." }),
});
export type BudgetScope = z.output<typeof budgetScope>;

export const createBudgetInput = budgetTerms.extend({ scope: budgetScope });
export type CreateBudgetInput = z.output<typeof createBudgetInput>;

// What is spent was counted by these; under others it would mean something else.
const fixed = z.never({ error: "cannot be changed; create a new budget" }).optional();

export const updateBudgetInput = z.strictObject({
  limit_usd: usd.optional(),
  hard: z.boolean().optional(),
  thresholds: thresholds.optional(),
  scope: fixed,
  period: fixed,
  timezone: fixed,
});
export type UpdateBudgetInput = z.output<typeof updateBudgetInput>;

const account = {
  period_start: isoTime,
  period_end: isoTime.nullable().meta({ description: "When the budget resets; null for a total." }),
  spent_usd: z.string(),
  held_usd: z.string().meta({ description: "Reserved for calls in flight." }),
};

export const budgetOutput = z
  .object({
    id: idOf("budget"),
    scope: z.object({ type: z.enum(scopeTypes), id: z.string(), name: z.string().nullable() }),
    limit_usd: z.string(),
    period: z.enum(periodKinds),
    timezone: z.string(),
    hard: z.boolean(),
    thresholds: z.array(z.int()),
    current: z.object({ ...account, remaining_usd: z.string(), percent: z.number() }),
    created_at: isoTime,
    updated_at: isoTime,
    version: z.int(),
  })
  .meta({ id: "Budget" });
export type BudgetOutput = z.input<typeof budgetOutput>;

export const periodOutput = z
  .object({ ...account, opening_usd: z.string(), limit_usd: z.string() })
  .meta({ id: "BudgetPeriod" });
export type PeriodOutput = z.input<typeof periodOutput>;

export const alertOutput = z
  .object({
    id: idOf("alert"),
    budget_id: idOf("budget"),
    period_start: isoTime,
    threshold: z.int().meta({ description: "Percent of the limit." }),
    message_id: z.string().meta({ description: "The `webhook-id` of its deliveries." }),
    data: jsonObject.meta({ description: "What the event said; see the event catalogue." }),
    created_at: isoTime,
  })
  .meta({ id: "Alert" });

export const listBudgetsQuery = z.strictObject({
  ...listFields,
  sort: z.string().optional().meta({ description: "`created_at`, with `-` for descending." }),
  scope_type: z.enum(scopeTypes).optional(),
  scope_id: z.string().max(120).optional(),
});
export type ListBudgetsQuery = z.output<typeof listBudgetsQuery>;
export const listAlertsQuery = z.strictObject({ ...listFields, budget_id: idOf("budget").optional() });
export type ListAlertsQuery = z.output<typeof listAlertsQuery>;
export const listAccountsQuery = z.strictObject({ ...listFields });
export type ListAccountsQuery = z.output<typeof listAccountsQuery>;

export const budgetPage = pageOf(budgetOutput);
export const periodPage = pageOf(periodOutput);
export const alertPage = pageOf(alertOutput);
export const budgetParams = z.object({ id: z.string() });
