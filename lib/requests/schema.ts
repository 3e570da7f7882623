/** What requests for a higher budget look like on the wire: one schema for API, forms and OpenAPI. */
import { z } from "zod";
import { search, sortBy } from "@/lib/api/list";
import { idOf, isoTime, listFields, pageOf, queryFlag, usd } from "@/lib/api/schemas";
import { budgetOutput, increaseOutput } from "@/lib/budgets/schema";

export const requestStates = ["open", "approved", "denied", "withdrawn"] as const;
export type RequestState = (typeof requestStates)[number];

const amount = usd.refine((text) => /[1-9]/.test(text), "must be more than nothing");
const words = z.string().trim().min(1, "must not be empty").max(1_000, "must have at most 1000 characters");

export const createRequestInput = z.strictObject({
  budget_id: idOf("budget").meta({ description: "One of `GET /me/budgets`." }),
  amount_usd: amount.meta({ description: "How much more, on top of the limit." }),
  until: isoTime.nullish().meta({ description: "Within a year. Absent: whoever decides says until when." }),
  reason: words,
});
export type CreateRequestInput = z.output<typeof createRequestInput>;

export const approveRequestInput = z.strictObject({
  amount_usd: amount.optional().meta({ description: "How much more is granted; absent: what was asked for." }),
  until: isoTime.optional().meta({
    description:
      "When the increase ends, within a year. Absent: what was asked for; where that was nothing, the end of the budget's current period.",
  }),
  note: words.optional(),
});
export type ApproveRequestInput = z.output<typeof approveRequestInput>;

export const denyRequestInput = z.strictObject({ reason: words });
export type DenyRequestInput = z.output<typeof denyRequestInput>;

const requestOutput = z
  .object({
    id: idOf("budgetRequest"),
    state: z.enum(requestStates),
    user: z
      .object({ id: z.string(), name: z.string().nullable(), email: z.string() })
      .meta({ description: "Who asks." }),
    budget: budgetOutput.meta({ description: "As it is now." }),
    amount_usd: z.string().meta({ description: "What is asked for, on top of the limit." }),
    until: isoTime.nullable().meta({ description: "Until when it is asked for." }),
    reason: z.string(),
    is_mine: z.boolean().meta({ description: "Whether the caller asked for it." }),
    is_decidable: z.boolean().meta({ description: "Whether it waits for the caller, among others, to decide on it." }),
    decided_at: isoTime.nullable().meta({ description: "When it was approved, denied or withdrawn." }),
    decided_by: z.string().nullable(),
    decider: z.string().nullable().meta({ description: "The person who decided; null where it was no person." }),
    decision_note: z.string().nullable(),
    increase: increaseOutput.nullable().meta({ description: "What was granted." }),
    created_at: isoTime,
    updated_at: isoTime,
    version: z.int(),
  })
  .meta({ id: "BudgetRequest" });

export const requestDetail = requestOutput
  .extend({
    bounded_by: z.array(budgetOutput).meta({
      description:
        "Hard budgets over the same calls that have less left than this one has, or would have if it was granted as asked: they bind first, so that the increase alone does not help.",
    }),
  })
  .meta({ id: "BudgetRequestDetail" });

export const requestSorts = { created_at: "time" } as const;
export const listRequestsQuery = z.strictObject({
  ...listFields,
  sort: sortBy(requestSorts),
  q: search("Part of the reason, or of the asker's name or e-mail address."),
  state: z.enum(requestStates).optional(),
  decided: queryFlag.optional().meta({ description: "`true`: those that are no longer open; `false`: the others." }),
  budget_id: idOf("budget").optional(),
  mine: queryFlag.optional().meta({ description: "Those that the caller asked for, or the others." }),
  decidable: queryFlag
    .optional()
    .meta({ description: "`true`: the caller's inbox, those that wait for them to decide." }),
});
export type ListRequestsQuery = z.output<typeof listRequestsQuery>;

export const requestPage = pageOf(requestOutput);
export const requestParams = z.object({ id: z.string() });
