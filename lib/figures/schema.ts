/** The figures that lists carry where they are asked for: one shape and one parameter for people, teams and keys. */
import { z } from "zod";
import { isoTime } from "@/lib/api/schemas";
import { scopeTypes } from "@/lib/budgets/schema";
import { periodKinds } from "@/lib/periods";

const binding = z
  .object({
    id: z.string(),
    scope: z.object({ type: z.enum(scopeTypes), id: z.string(), name: z.string().nullable() }),
    period: z.enum(periodKinds),
    limit_usd: z.string().meta({ description: "What calls are held against now, temporary increases included." }),
    spent_usd: z.string(),
    held_usd: z.string().meta({ description: "Reserved for calls in flight." }),
    remaining_usd: z.string(),
    percent: z.number().meta({ description: "What is spent of the limit." }),
    resets_at: isoTime.nullable().meta({ description: "Null for a total." }),
  })
  .nullable()
  .meta({
    description:
      "The hard budget with the least left, which refuses calls first: of all that a key's calls are charged to; of a team and those above it; of a person, their places in teams and those teams up to the organisation, their keys' own aside. Among those that you may know of; null where none refuses.",
  });

export const figuresOutput = z
  .object({
    since: isoTime.meta({ description: "The start of the running UTC month." }),
    spend_usd: z.string().nullable().meta({
      description:
        "Since then, of the calls that you may see; a key's are those made with this very key, a team's those of all below it too. Null where you may see none.",
    }),
    requests: z.int().nullable().meta({ description: "Since then, likewise." }),
    requests_24h: z.int().nullable().meta({ description: "In the running hour and the 23 before it, likewise." }),
    budget: binding,
  })
  .meta({ id: "Figures" });
export type Figures = z.input<typeof figuresOutput>;

/** What a thing has in its answer. */
export const figuresField = {
  figures: figuresOutput.optional().meta({ description: "Where `include=figures` asks for it." }),
};

/** What a list, or the reading of one thing, takes. */
export const includeField = {
  include: z
    .enum(["figures"])
    .optional()
    .meta({ description: "`figures`: with this month's spend and the binding budget, as they are now." }),
};
export const includeQuery = z.strictObject(includeField);
export type IncludeQuery = z.output<typeof includeQuery>;

/** The sorts by figures; see `rankBy`. */
export const figureSorts = { spend: "number", budget_percent: "number" } as const;
