/** What budgets look like on the wire: one schema for API, forms and OpenAPI. */
import { z } from "zod";
import { search, sortBy, sortByDefault } from "@/lib/api/list";
import { idOf, isoTime, jsonObject, listFields, pageOf, queryFlag, usd } from "@/lib/api/schemas";
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
  limit_usd: usd.optional().meta({ description: "Increases that have not ended stay on top of it." }),
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

export const increaseOutput = z
  .object({
    id: idOf("increase"),
    amount_usd: z.string().meta({ description: "On top of the limit." }),
    starts_at: isoTime,
    ends_at: isoTime.meta({ description: "When it is taken back, by itself." }),
    ended_at: isoTime.nullable().meta({ description: "When it was taken back; null while it counts." }),
    request_id: z.string().nullable().meta({ description: "The request that it was granted on." }),
  })
  .meta({ id: "BudgetIncrease" });
export type IncreaseOutput = z.input<typeof increaseOutput>;

export const budgetOutput = z
  .object({
    id: idOf("budget"),
    scope: z.object({ type: z.enum(scopeTypes), id: z.string(), name: z.string().nullable() }),
    limit_usd: z.string().meta({ description: "The limit as it was set, without temporary increases." }),
    effective_limit_usd: z
      .string()
      .meta({ description: "What calls are held against now: the limit and its increases. `current` refers to it." }),
    increases: z.array(increaseOutput).meta({ description: "Those that count now, the first to end first." }),
    period: z.enum(periodKinds),
    timezone: z.string(),
    hard: z.boolean(),
    thresholds: z.array(z.int()),
    current: z.object({
      ...account,
      remaining_usd: z.string(),
      percent: z.number().meta({ description: "What is spent of the limit." }),
      projected_exhaustion_at: isoTime.nullable().meta({
        description:
          "When the limit is spent if spending goes on as it did since the period's start; null if that is not before its end, and for a total until it is spent.",
      }),
      at_risk: z.boolean().meta({
        description: "The lowest threshold is reached, or the limit is going to be spent before the period ends.",
      }),
    }),
    created_at: isoTime,
    updated_at: isoTime,
    version: z.int(),
  })
  .meta({ id: "Budget" });
export type BudgetOutput = z.input<typeof budgetOutput>;

export const budgetDetail = budgetOutput
  .extend({ is_changeable: z.boolean().meta({ description: "Whether the caller may change or delete it." }) })
  .meta({ id: "BudgetDetail" });

/** What one call is charged to, level by level. */
export const levelsOutput = z.array(
  z.object({
    scope: budgetOutput.shape.scope,
    budgets: z.array(budgetOutput).meta({ description: "None: nothing on this level limits the call." }),
  }),
);

export const periodOutput = z
  .object({
    ...account,
    opening_usd: z.string(),
    limit_usd: z.string().meta({ description: "The limit in force now, temporary increases included." }),
  })
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

/** All but the first are of the current period, and move while pages are turned. */
export const budgetSorts = {
  created_at: "time",
  percent: "number",
  spent: "number",
  left: "number",
  limit: "number",
  resets_at: "number",
} as const;
export const listBudgetsQuery = z.strictObject({
  ...listFields,
  sort: sortBy(budgetSorts),
  q: search("Part of the name of what it is on."),
  scope_type: z.enum(scopeTypes).optional(),
  scope_id: z.string().max(120).optional(),
  at_risk: queryFlag.optional().meta({ description: "As `current.at_risk` says." }),
});
export type ListBudgetsQuery = z.output<typeof listBudgetsQuery>;

/** The same of what may bind the caller. */
export const listMyBudgetsQuery = listBudgetsQuery.omit({ scope_type: true, scope_id: true });
export type ListMyBudgetsQuery = z.output<typeof listMyBudgetsQuery>;

export const alertSorts = { created_at: "time" } as const;
export const listBudgetAlertsQuery = z.strictObject({
  ...listFields,
  sort: sortByDefault(alertSorts, "-created_at"),
  q: search("Part of the name of what the budget is on."),
});
export type ListBudgetAlertsQuery = z.output<typeof listBudgetAlertsQuery>;
export const listAlertsQuery = listBudgetAlertsQuery.extend({ budget_id: idOf("budget").optional() });
export type ListAlertsQuery = z.output<typeof listAlertsQuery>;

export const periodSorts = { period_start: "time" } as const;
export const listPeriodsQuery = z.strictObject({ ...listFields, sort: sortByDefault(periodSorts, "-period_start") });
export type ListPeriodsQuery = z.output<typeof listPeriodsQuery>;

export const burnDownQuery = z.strictObject({
  period_start: isoTime
    .optional()
    .meta({ description: "The start of a period, as the list of periods has it. Absent: the current one." }),
});
export type BurnDownQuery = z.output<typeof burnDownQuery>;

export const burnDownSteps = ["hour", "day", "month"] as const;

const burnDownPoint = z.object({
  time: isoTime,
  spent_usd: z.string().meta({ description: "Since the period's start, up to this instant." }),
});

export const burnDownOutput = z
  .object({
    budget_id: idOf("budget"),
    period: z.enum(periodKinds),
    timezone: z.string(),
    period_start: isoTime,
    period_end: isoTime.nullable(),
    as_of: isoTime.meta({ description: "When this was read." }),
    limit_usd: z.string().meta({ description: "The limit in force now, temporary increases included." }),
    spent_usd: z.string(),
    held_usd: z.string(),
    step: z
      .enum(burnDownSteps)
      .meta({ description: "How far points are apart; days and months are those of the time zone." }),
    points: z.array(burnDownPoint).meta({
      description:
        "From the period's start (of a total: its first spend) to now or its end; the last one is `spent_usd`.",
    }),
    ideal: z.array(burnDownPoint).meta({ description: "Both ends of the line of even spending; none for a total." }),
    forecast: z
      .object({
        spent_usd: z.string().meta({ description: "At the end of the period." }),
        exhausted_at: isoTime.nullable().meta({ description: "As `current.projected_exhaustion_at`." }),
      })
      .nullable()
      .meta({
        description:
          "If spending goes on as it did since the period's start; null for a total and for periods that are over.",
      }),
    alerts: z.array(
      z.object({
        id: idOf("alert"),
        threshold: z.int().meta({ description: "Percent of the limit." }),
        created_at: isoTime,
      }),
    ),
  })
  .meta({ id: "BudgetBurnDown" });
export type BurnDownOutput = z.input<typeof burnDownOutput>;

export const budgetPage = pageOf(budgetOutput);
export const periodPage = pageOf(periodOutput);
export const alertPage = pageOf(alertOutput);
export const budgetParams = z.object({ id: z.string() });
