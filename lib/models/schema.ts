/** What models and their prices look like on the wire: one schema for API, forms and OpenAPI. */
import { z } from "zod";
import { search, sortBy, sortByDefault } from "@/lib/api/list";
import { idOf, isoTime, listFields, name, pageOf, queryFlag, usd } from "@/lib/api/schemas";
import { parseUsd } from "@/lib/money";

export const modelKinds = ["chat", "embedding"] as const;
export type ModelKind = (typeof modelKinds)[number];

/** `*` is the wildcard of allow-lists, so that no name may hold it. */
export const modelName = z
  .string()
  .trim()
  .regex(/^[\x21-\x29\x2b-\x7e]{1,200}$/, "must be 1 to 200 visible ASCII characters, without spaces or *")
  .meta({ examples: ["gpt-5-mini"] });

const inputTokens = z.int().min(1, "must be at least 1").max(1_000_000_000);
// An embedding model produces none.
const outputTokens = z.int().min(0, "must not be negative").max(1_000_000_000);

// A billion tokens, which is more than any call takes, then cost what a BIGINT of nano-dollars holds.
const maxPerMtokNano = parseUsd("1000000");

function isPrice(text: string): boolean {
  try {
    return parseUsd(text) <= maxPerMtokNano;
  } catch {
    // What is no amount at all has been told already.
    return true;
  }
}

export const usdPerMtok = usd.refine(isPrice, "must be at most 1,000,000 USD per million tokens");

export const priceInput = z
  .strictObject({
    input_per_mtok_usd: usdPerMtok,
    cached_input_per_mtok_usd: usdPerMtok.nullish(),
    cache_write_per_mtok_usd: usdPerMtok.nullish(),
    output_per_mtok_usd: usdPerMtok,
  })
  .meta({ description: "USD per million tokens. A bucket without a price of its own is charged as input." });
export type PriceInput = z.output<typeof priceInput>;

export const createModelInput = z.strictObject({
  name: modelName,
  display_name: name.nullish(),
  upstream_name: modelName.optional().meta({ description: "What the provider calls it; absent: the same." }),
  kind: z.enum(modelKinds).optional().meta({ description: "Absent: told from the name." }),
  enabled: z.boolean().default(true),
  max_input_tokens: inputTokens.nullish(),
  max_output_tokens: outputTokens.nullish(),
  price: priceInput.optional().meta({ description: "Absent: the list price where it is known, otherwise unknown." }),
});
export type CreateModelInput = z.output<typeof createModelInput>;

export const updateModelInput = z.strictObject({
  price: priceInput
    .nullable()
    .optional()
    .meta({ description: "`null`: back to the list price, which is a conflict (409) where none is known." }),
  enabled: z.boolean().optional(),
  display_name: name.nullable().optional(),
  upstream_name: modelName.optional(),
  kind: z.enum(modelKinds).optional(),
  max_input_tokens: inputTokens.nullable().optional(),
  max_output_tokens: outputTokens.nullable().optional(),
});
export type UpdateModelInput = z.output<typeof updateModelInput>;

/** `catalogue`: shipped with this product and refreshed at each start; `manual`: set by an admin and left alone. */
export const priceSources = ["catalogue", "manual"] as const;
export type PriceSource = (typeof priceSources)[number];

const priceBuckets = {
  input_per_mtok_usd: z.string(),
  cached_input_per_mtok_usd: z.string().nullable(),
  cache_write_per_mtok_usd: z.string().nullable(),
  output_per_mtok_usd: z.string(),
};
const priceFields = {
  ...priceBuckets,
  source: z.enum(priceSources),
  valid_from: isoTime,
};

export const modelOutput = z
  .object({
    id: idOf("model"),
    provider_id: z.string(),
    provider: z.string().meta({ description: "The provider's name." }),
    name: z.string(),
    upstream_name: z.string(),
    display_name: z.string().nullable(),
    kind: z.enum(modelKinds),
    enabled: z.boolean(),
    builtin: z.boolean(),
    max_input_tokens: z.int().nullable(),
    max_output_tokens: z.int().nullable(),
    price: z.object(priceFields).nullable().meta({ description: "The price in force; null where none is known." }),
    price_known: z.boolean(),
    created_at: isoTime,
    updated_at: isoTime,
    version: z.int(),
  })
  .meta({ id: "Model" });
export const modelPage = pageOf(modelOutput);
export const modelParams = z.object({ id: z.string() });

/** By price, what has none is the cheapest: it comes first where one looks for it. */
export const modelSorts = { name: "text", created_at: "time", input_price: "number", output_price: "number" } as const;
const modelFilters = {
  kind: z.enum(modelKinds).optional(),
  enabled: queryFlag.optional(),
  price_known: queryFlag.optional().meta({ description: "`false`: those that nobody has a price for." }),
  sort: sortBy(modelSorts),
  q: search("Part of the name or the display name."),
};
export const listModelsQuery = z.strictObject({
  ...listFields,
  ...modelFilters,
  provider_id: idOf("provider").optional(),
});
export type ListModelsQuery = z.output<typeof listModelsQuery>;
export const listProviderModelsQuery = z.strictObject({ ...listFields, ...modelFilters });
export type ListProviderModelsQuery = z.output<typeof listProviderModelsQuery>;

export const callableModel = z
  .object({
    id: idOf("model"),
    name: z.string(),
    call_as: z.string().meta({
      description:
        "What to put into `model`: the name, or `provider/name` where the name alone means another provider's.",
    }),
    provider: z.string(),
    display_name: z.string().nullable(),
    kind: z.enum(modelKinds),
  })
  .meta({ id: "CallableModel" });
export type CallableModel = z.output<typeof callableModel>;
export const callablePage = pageOf(callableModel);

export const callableSorts = { name: "text" } as const;
export const listCallableQuery = z.strictObject({
  ...listFields,
  sort: sortByDefault(callableSorts, "name"),
  q: search("Part of what to call it by."),
  kind: modelFilters.kind,
  key_id: idOf("key").optional().meta({
    description:
      "With this key, that is, by all that binds it. Absent: with a key of yours that has no team and no rules.",
  }),
});
export type ListCallableQuery = z.output<typeof listCallableQuery>;

const pricedEntry = z.object({ id: z.string(), ...priceFields, created_by: z.string() });
export const priceHistoryOutput = z
  .object({
    model_id: z.string(),
    price_known: z.boolean(),
    current: pricedEntry.nullable(),
    list: z
      .object(priceBuckets)
      .nullable()
      .meta({ description: "The list price of what is called upstream, as it is today; null where none is known." }),
    history: z.array(pricedEntry).meta({ description: "Newest first, the current one included." }),
  })
  .meta({ id: "ModelPrice" });
