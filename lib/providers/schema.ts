/** What providers and their credentials look like on the wire: one schema for API, forms and OpenAPI. */
import { z } from "zod";
import { search, sortBy } from "@/lib/api/list";
import { idOf, isoTime, listFields, name, pageOf, queryFlag } from "@/lib/api/schemas";
import { modelName } from "@/lib/models/schema";
import { baseUrl } from "./base-url";

/** How a provider is spoken to; `openai` is the shape that all of them offer. */
export const providerKinds = ["openai"] as const;
export type ProviderKind = (typeof providerKinds)[number];

const providerName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be 1 to 63 lower-case letters, digits or -, and not start with -")
  .meta({ description: "Callers may write `name/model`.", examples: ["openai"] });

// It becomes a header value: nothing invisible may be in it. The message never repeats it.
const apiKey = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{1,4096}$/, "must be 1 to 4096 visible ASCII characters without spaces")
  .meta({ description: "Write-only: no answer holds it.", writeOnly: true });
const triStateKey = apiKey.nullable().optional().meta({
  description: 'The credential "default". Absent keeps it, null clears it, a value sets it.',
  writeOnly: true,
});

const kind = z.enum(providerKinds);

export const createProviderInput = z.strictObject({
  name: providerName,
  display_name: name.nullish(),
  kind: kind.default("openai"),
  base_url: baseUrl.optional().meta({ description: "May be left out for a provider of the built-in catalogue." }),
  enabled: z.boolean().default(true),
  api_key: apiKey.nullish(),
  models: z
    .array(modelName)
    .max(500)
    .transform((names) => [...new Set(names)])
    .optional()
    .meta({ description: "Names; list prices are filled in where they are known." }),
});
export type CreateProviderInput = z.output<typeof createProviderInput>;

export const replaceProviderInput = z.strictObject({
  name: providerName.optional().meta({ description: "May be repeated; it cannot be changed." }),
  display_name: name.nullish(),
  kind: kind.default("openai"),
  base_url: baseUrl.optional(),
  enabled: z.boolean().default(true),
  api_key: triStateKey,
});
export type ReplaceProviderInput = z.output<typeof replaceProviderInput>;

export const updateProviderInput = z.strictObject({
  display_name: name.nullable().optional(),
  kind: kind.optional(),
  base_url: baseUrl.optional(),
  enabled: z.boolean().optional(),
  api_key: triStateKey,
});
export type UpdateProviderInput = z.output<typeof updateProviderInput>;

const trafficOutput = z
  .object({
    since: isoTime,
    requests: z.int(),
    errors: z.int().meta({ description: "Calls that failed; that a caller hung up is none." }),
    p50_ms: z.number().nullable(),
    p95_ms: z.number().nullable().meta({ description: "Of calls that went well, from arrival to the last byte." }),
    first_token_p50_ms: z.number().nullable(),
    first_token_p95_ms: z.number().nullable().meta({ description: "Of streamed calls, to the first text." }),
  })
  .meta({
    id: "ProviderTraffic",
    description: "Durations come from a histogram: at most 19 % too high, never too low.",
  });

const providerFigures = z
  .object({
    credentials: z.object({
      stored: z.int(),
      usable: z.int().meta({ description: "Enabled and with a weight, resting or not." }),
      resting: z.int().meta({ description: "Of the usable ones, those that the provider refused a moment ago." }),
      next_rested_at: isoTime.nullable().meta({ description: "When the first of them is used again." }),
      cause: z.string().nullable().meta({ description: "Why that one rests." }),
    }),
    models: z.object({
      known: z.int(),
      enabled: z.int(),
      unpriced: z.int().meta({ description: "Enabled ones without a price." }),
    }),
    hour: trafficOutput.nullable().meta({
      description: "In the running hour and the one before it. Null for whoever may not see all calls.",
    }),
    day: trafficOutput.nullable().meta({ description: "In the running hour and the 23 before it, likewise." }),
  })
  .meta({ id: "ProviderFigures" });
export type ProviderFigures = z.input<typeof providerFigures>;

export const providerOutput = z
  .object({
    id: idOf("provider"),
    name: z.string(),
    display_name: z.string().nullable(),
    kind,
    base_url: z.string(),
    enabled: z.boolean(),
    builtin: z.boolean().meta({ description: "From the catalogue, which adds new models to it at each start." }),
    has_api_key: z.boolean().meta({ description: "Whether any credential is stored, enabled or not." }),
    created_at: isoTime,
    updated_at: isoTime,
    version: z.int(),
    figures: providerFigures.optional().meta({ description: "Where `include=figures` asks for it." }),
  })
  .meta({ id: "Provider" });
export const providerPage = pageOf(providerOutput);
export const providerParams = z.object({ id: z.string() });
export const providerModelParams = z.object({ model_id: z.string() });

const includeField = {
  include: z
    .enum(["figures"])
    .optional()
    .meta({ description: "`figures`: with the state of credentials and models, and how calls went lately." }),
};
export const readProviderQuery = z.strictObject(includeField);
export type ReadProviderQuery = z.output<typeof readProviderQuery>;

export const providerSorts = { name: "text", created_at: "time" } as const;
export const listProvidersQuery = z.strictObject({
  ...listFields,
  sort: sortBy(providerSorts),
  ...includeField,
  q: search("Part of the name or the display name."),
  enabled: queryFlag.optional(),
  resting: queryFlag.optional().meta({
    description: "Whether any usable credential rests because the provider refused it.",
  }),
});
export type ListProvidersQuery = z.output<typeof listProvidersQuery>;

const weight = z
  .int()
  .min(0, "must not be negative")
  .max(1000, "must be at most 1000")
  .meta({ description: "Share of the calls among the enabled credentials; 0 = never chosen." });

export const createCredentialInput = z.strictObject({
  name,
  api_key: apiKey,
  weight: weight.default(1),
  enabled: z.boolean().default(true),
});
export type CreateCredentialInput = z.output<typeof createCredentialInput>;

export const updateCredentialInput = z.strictObject({
  name: name.optional(),
  api_key: apiKey.optional().meta({ description: "Absent keeps the key. To clear it, delete the credential." }),
  weight: weight.optional(),
  enabled: z.boolean().optional(),
});
export type UpdateCredentialInput = z.output<typeof updateCredentialInput>;

export const credentialOutput = z
  .object({
    id: idOf("credential"),
    provider_id: z.string(),
    name: z.string(),
    last_four: z.string().meta({ description: "Of the key; empty where the key is too short to show any of it." }),
    weight: z.int(),
    enabled: z.boolean(),
    cooldown_until: isoTime.nullable().meta({ description: "Not used before then, because the provider refused it." }),
    cooldown_cause: z.string().nullable(),
    created_at: isoTime,
    updated_at: isoTime,
    version: z.int(),
  })
  .meta({ id: "Credential" });
export const credentialPage = pageOf(credentialOutput);
export const credentialParams = z.object({ id: z.string(), cred_id: z.string() });
export const credentialSorts = { name: "text", created_at: "time" } as const;
export const listCredentialsQuery = z.strictObject({
  ...listFields,
  sort: sortBy(credentialSorts),
  q: search("Part of the name."),
});
export type ListCredentialsQuery = z.output<typeof listCredentialsQuery>;

export const testProviderInput = z
  .strictObject({
    credential_id: idOf("credential").optional(),
    api_key: apiKey.optional().meta({ description: "Tried and not stored." }),
    model: modelName.optional().meta({ description: "Whether the provider lists this one is told in model_listed." }),
  })
  .refine((input) => !(input.credential_id && input.api_key), {
    path: ["api_key"],
    message: "must not be sent together with credential_id",
  });
export type TestProviderInput = z.output<typeof testProviderInput>;

export const testAddressInput = z.strictObject({
  base_url: baseUrl,
  api_key: apiKey.optional().meta({ description: "Tried and not stored. Absent: asked without a key." }),
  model: modelName.optional().meta({ description: "Whether the provider lists this one is told in model_listed." }),
});
export type TestAddressInput = z.output<typeof testAddressInput>;

export const connectionOutput = z
  .object({
    ok: z.boolean(),
    latency_ms: z.int(),
    status: z.int().nullable().meta({ description: "The provider's HTTP status; null where it gave no answer." }),
    models_found: z.int().nullable().meta({ description: "How many models it lists; null where it gave no list." }),
    model_listed: z
      .boolean()
      .nullable()
      .meta({ description: "Null where no model was asked for or no list was given." }),
    error: z.string().optional(),
  })
  .meta({ id: "ConnectionReport" });
export type ConnectionReport = z.output<typeof connectionOutput>;

export const catalogueOutput = z.object({
  data: z.array(
    z
      .object({
        name: z.string(),
        display_name: z.string(),
        base_url: z.string(),
        models: z.int().meta({ description: "How many of its models come with it." }),
        provider_id: z
          .string()
          .nullable()
          .meta({ description: "The provider that has this name now; null where there is none." }),
      })
      .meta({ id: "CatalogueProvider" }),
  ),
});
