/** What usage looks like on the wire: one schema for API, charts and OpenAPI. The gateway takes its words from here too. */
import { z } from "zod";
import { idOf, isoTime, listFields, pageOf, timezone } from "@/lib/api/schemas";

/** ok, error, aborted (the caller hung up) or unknown (its process died). */
export const callStatuses = ["ok", "error", "aborted", "unknown"] as const;
export type CallStatus = (typeof callStatuses)[number];
/** usage (the provider's own count), estimate (counted here), ceiling (unknown price) or hold (the process died). */
export const costSources = ["usage", "estimate", "ceiling", "hold"] as const;
export type CostSource = (typeof costSources)[number];

/** Statuses that count as errors; that a caller hung up is none. */
export const failedStatuses = ["error", "unknown"] as const satisfies readonly CallStatus[];

export const intervals = ["hour", "day", "month", "total"] as const;
export type Interval = (typeof intervals)[number];
export const groupings = ["key", "user", "team", "model", "provider", "tag"] as const;
export type Grouping = (typeof groupings)[number];

const rangeFields = {
  from: isoTime.optional().meta({ description: "The first instant, by when calls started." }),
  to: isoTime.optional().meta({ description: "The first instant after the range." }),
};

const filterFields = {
  key_id: idOf("key").optional(),
  user_id: idOf("user").optional(),
  team_id: idOf("team").optional().meta({ description: "This team and all below it, as the tree was at each call." }),
  model: z.string().max(200).optional().meta({ description: "A model's name, `provider/name`, or its id." }),
  provider_id: idOf("provider").optional(),
  tag: z.string().min(1).max(100).optional(),
};

export const summaryQuery = z.strictObject({
  ...rangeFields,
  interval: z.enum(intervals).default("day").meta({ description: "`total`: one row for the whole range." }),
  group_by: z.enum(groupings).optional().meta({
    description: "One row per interval and key, user, …; by `tag`, a call counts for each of its tags.",
  }),
  timezone: timezone.default("UTC").meta({ description: "Where days and months begin at midnight. Hours are UTC's." }),
  ...filterFields,
});
export type SummaryQuery = z.output<typeof summaryQuery>;

const figures = {
  requests: z.int(),
  errors: z.int(),
  prompt_tokens: z.int().meta({ description: "All prompt tokens; cached and cache-write tokens are among them." }),
  cached_tokens: z.int(),
  cache_write_tokens: z.int(),
  completion_tokens: z.int().meta({ description: "All completion tokens; reasoning tokens are among them." }),
  reasoning_tokens: z.int(),
  cost_usd: z.string(),
};

const summaryRow = z
  .object({
    time: isoTime.meta({ description: "Where the interval begins." }),
    key_id: z.string().nullable().optional(),
    key_name: z.string().nullable().optional(),
    user_id: z.string().nullable().optional(),
    user_email: z.string().nullable().optional(),
    team_id: z.string().nullable().optional(),
    team_name: z.string().nullable().optional(),
    model_id: z.string().optional(),
    model: z.string().optional(),
    provider_id: z.string().optional(),
    provider: z.string().optional(),
    tag: z.string().nullable().optional().meta({ description: "Null for calls without a tag." }),
    ...figures,
  })
  .meta({ id: "UsageSummaryRow", description: "Figures of one interval; beside them the fields of `group_by`." });

export const summaryOutput = z
  .object({
    from: isoTime,
    to: isoTime,
    data: z.array(summaryRow).meta({ description: "By time, then by cost; intervals without calls are left out." }),
    totals: z.object(figures).meta({ description: "Each call once, whatever the rows are grouped by." }),
  })
  .meta({ id: "UsageSummary" });

const eventFilters = {
  ...rangeFields,
  ...filterFields,
  status: z.enum(callStatuses).optional(),
};

export const listEventsQuery = z.strictObject({ ...listFields, ...eventFilters });
export type ListEventsQuery = z.output<typeof listEventsQuery>;

const exportFormats = ["csv", "ndjson"] as const;
export const exportEventsQuery = z.strictObject({ format: z.enum(exportFormats).default("csv"), ...eventFilters });
export type ExportEventsQuery = z.output<typeof exportEventsQuery>;

export const eventParams = z.object({ id: z.string() });

export const eventOutput = z
  .object({
    id: z.string(),
    request_id: z.string(),
    started_at: isoTime,
    finished_at: isoTime,
    key_id: z.string().nullable(),
    user_id: z.string().nullable(),
    team_id: z.string().nullable(),
    team_path: z.array(z.string()).meta({ description: "The team and its ancestors at the time, organisation first." }),
    endpoint: z.string(),
    model: z.string(),
    model_id: z.string(),
    provider: z.string(),
    provider_id: z.string(),
    credential_id: z.string().nullable(),
    is_stream: z.boolean(),
    status: z.enum(callStatuses).meta({ description: "aborted: the caller hung up; unknown: the process died." }),
    http_status: z.int().nullable(),
    error_code: z.string().nullable(),
    prompt_tokens: z.int(),
    cached_tokens: z.int(),
    cache_write_tokens: z.int(),
    completion_tokens: z.int(),
    reasoning_tokens: z.int(),
    estimate_usd: z.string().meta({ description: "What was reserved before the call." }),
    cost_usd: z.string(),
    price_id: z.string().nullable(),
    cost_source: z.enum(costSources).meta({
      description:
        "usage: the provider's count; estimate: ours; ceiling: the price is unknown; hold: the process died.",
    }),
    latency_ms: z.int(),
    first_token_ms: z.int().nullable(),
    attempts: z.int(),
    tags: z.array(z.string()),
    client: z.string().nullable(),
    budget_ids: z.array(z.string()).meta({ description: "The budgets that the call was charged to." }),
    period_starts: z.array(isoTime).meta({ description: "The start of the period of each of them." }),
  })
  .meta({ id: "UsageEvent" });

export const eventPage = pageOf(eventOutput);

/** The fields of an exported event, in their order. */
export const eventColumns = Object.keys(eventOutput.shape) as (keyof typeof eventOutput.shape)[];
