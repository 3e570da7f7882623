/** What usage looks like on the wire: one schema for API, charts and OpenAPI. The gateway takes its words from here too. */
import { z } from "zod";
import { search, sortByDefault } from "@/lib/api/list";
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
  top: z.coerce.number().pipe(z.int().min(1).max(50)).optional().meta({
    type: "integer",
    minimum: 1,
    maximum: 50,
    description: "Rows for the groups with the highest cost in the whole range only; the others are one row, `other`.",
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
    other: z.boolean().optional().meta({ description: "All groups beyond `top` together." }),
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

const milliseconds = z.number().meta({ description: "Since the call arrived." });

/** How a call went and what every rule said to it; the gateway writes it, and `GET /usage/events/{id}` shows it. */
export const callTrace = z
  .object({
    asked_model: z.string(),
    upstream_model: z.string(),
    steps: z.object({
      authenticated_ms: milliseconds,
      read_ms: milliseconds,
      limited_ms: milliseconds,
      held_ms: milliseconds,
      ended_ms: milliseconds,
    }),
    attempts: z.array(
      z.object({
        credential_id: z.string().nullable(),
        sent_ms: milliseconds,
        answered_ms: milliseconds.nullable(),
        http_status: z.int().nullable(),
        error: z.string().nullable().meta({ description: "Why there was no answer." }),
      }),
    ),
    limits: z
      .array(
        z.object({
          level: z.string(),
          id: z.string(),
          kind: z.enum(["requests", "tokens", "parallel"]),
          limit: z.int(),
          free: z.int().meta({ description: "Before this call." }),
        }),
      )
      .meta({ description: "Every rate limit of the chain, nearest first." }),
    budgets: z
      .array(
        z.object({
          id: z.string(),
          hard: z.boolean(),
          limit_usd: z.string(),
          spent_usd: z.string(),
          held_usd: z.string(),
        }),
      )
      .meta({ description: "Every budget of the chain as it stood before this call's hold, nearest first." }),
  })
  .meta({ id: "CallTrace" });
export type CallTrace = z.output<typeof callTrace>;

export const latencyQuery = z.strictObject({
  ...rangeFields,
  interval: z.enum(["hour", "day", "total"]).default("day"),
  timezone: timezone.default("UTC").meta({ description: "Where days begin at midnight, to the hour." }),
  model: filterFields.model,
  provider_id: filterFields.provider_id,
});
export type LatencyQuery = z.output<typeof latencyQuery>;

const quantiles = z
  .object({
    count: z.int(),
    p50_ms: z.number().nullable(),
    p95_ms: z.number().nullable(),
    p99_ms: z.number().nullable(),
  })
  .meta({ id: "LatencyQuantiles", description: "Read from a histogram: at most 19 % too high, never too low." });

export const latencyOutput = z
  .object({
    from: isoTime.meta({ description: "The range in whole hours, which is what is kept." }),
    to: isoTime,
    data: z.array(z.object({ time: isoTime, latency: quantiles, first_token: quantiles })),
    totals: z.object({ latency: quantiles, first_token: quantiles }),
  })
  .meta({ id: "UsageLatency", description: "Of calls that went well; `first_token` of streamed ones." });

const eventFilters = {
  ...rangeFields,
  ...filterFields,
  status: z.enum(callStatuses).optional(),
};

export const eventSorts = { started_at: "time" } as const;
export const listEventsQuery = z.strictObject({
  ...listFields,
  sort: sortByDefault(eventSorts, "-started_at"),
  q: search("Part of the model's or the provider's name; or the id of the call, or of its request."),
  ...eventFilters,
});
export type ListEventsQuery = z.output<typeof listEventsQuery>;

const exportFormats = ["csv", "ndjson"] as const;
export const exportEventsQuery = z.strictObject({ format: z.enum(exportFormats).default("csv"), ...eventFilters });
export type ExportEventsQuery = z.output<typeof exportEventsQuery>;

export const eventParams = z.object({ id: z.string() });

/** Whose call it was. */
const ownerFields = {
  key_id: z.string().nullable(),
  user_id: z.string().nullable(),
  team_id: z.string().nullable(),
  key_name: z.string().nullable().meta({ description: "What the key is called now; null once it is gone." }),
  user_email: z.string().nullable(),
  team_name: z.string().nullable(),
};

export const eventOutput = z
  .object({
    id: z.string(),
    request_id: z.string(),
    started_at: isoTime,
    finished_at: isoTime,
    ...ownerFields,
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

const costPart = z.object({
  bucket: z.enum(["input", "cached_input", "cache_write", "output"]),
  tokens: z.int(),
  per_mtok_usd: z.string(),
  cost_usd: z.string().meta({ description: "Exact; the call's cost is the sum of all parts, rounded once." }),
});

export const eventDetailOutput = eventOutput
  .extend({
    recorded_at: isoTime.nullable().meta({ description: "When the call was booked; null once its trace is gone." }),
    trace: callTrace.nullable(),
    price: z
      .object({ id: z.string(), source: z.string(), valid_from: isoTime })
      .nullable()
      .meta({ description: "The version of the price that the call was charged at; null for a ceiling or a hold." }),
    cost_parts: z.array(costPart).meta({ description: "The cost by bucket; empty without a price." }),
    names: z
      .record(z.string(), z.string())
      .meta({ description: "What the ids in here are called now: key, person, teams, credentials, budgets." }),
  })
  .meta({ id: "UsageEventDetail" });

export const listRefusalsQuery = z.strictObject({
  ...listFields,
  from: rangeFields.from,
  to: rangeFields.to,
  key_id: filterFields.key_id,
  user_id: filterFields.user_id,
  team_id: filterFields.team_id,
  error_code: z.string().max(60).optional(),
});
export type ListRefusalsQuery = z.output<typeof listRefusalsQuery>;

export const refusalOutput = z
  .object({
    id: z.string(),
    request_id: z.string().meta({ description: "Of the first of them." }),
    ...ownerFields,
    endpoint: z.string(),
    model: z.string().nullable().meta({ description: "As it was asked for; null where the call did not come as far." }),
    http_status: z.int(),
    error_code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).nullable().meta({ description: "The facts that the caller was given." }),
    client: z.string().nullable(),
    count: z.int().meta({ description: "Calls of the same key, model and reason within about a minute." }),
    first_at: isoTime,
    last_at: isoTime,
  })
  .meta({ id: "Refusal", description: "Calls that were refused before a provider saw them; alike ones share a row." });

export const refusalPage = pageOf(refusalOutput);

export const eventPage = pageOf(eventOutput);

/** The fields of an exported event, in their order. */
export const eventColumns = Object.keys(eventOutput.shape) as (keyof typeof eventOutput.shape)[];
