/** Building blocks of the wire's zod schemas, so that one thing looks and fails the same everywhere. Pure. */
import { z } from "zod";
import { isDuration } from "@/lib/durations";
import { type IdKind, idPattern, idPrefixes } from "@/lib/ids";
import { maxNano, parseUsd, usdPattern } from "@/lib/money";
import { isStorableTime } from "./input";

/** An id of one kind, e.g. `team_01h…`. */
export const idOf = (kind: IdKind) =>
  z
    .string()
    .regex(idPattern(kind), `must be an id that starts with ${idPrefixes[kind]}_`)
    .meta({ examples: [`${idPrefixes[kind]}_01jd0c4x8k9m2n3p4q5r6s7t8v`] });

export const isoTime = z.iso
  .datetime({ offset: true, error: "must be an ISO 8601 time such as 2026-01-31T00:00:00Z" })
  .refine((text) => isStorableTime(new Date(text)), "must lie in the years 1 to 9999");

/** A length of time; `parseDuration` gives its milliseconds. */
export const duration = z.string().refine(isDuration, "must be a duration such as 30s, 15m, 12h or 30d");

function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

export const timezone = z.string().refine(isTimezone, "must be an IANA time zone such as Europe/Berlin");

function isAmount(text: string): boolean {
  try {
    return parseUsd(text) <= maxNano;
  } catch {
    return false;
  }
}

/** A USD amount as a decimal string, at most nine decimals; `parseUsd` gives its nano-USD. */
export const usd = z
  .string({ error: 'must be an amount in USD as a string, such as "12.34"' })
  .regex(usdPattern, 'must be an amount in USD such as "12.34", with at most nine decimals')
  .refine(isAmount, "is more than an amount may be")
  .meta({ examples: ["12.34"] });

// Names stand in lines of text, in mails too: what breaks a line or turns the direction of writing would say something else there.
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

export const name = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(120, "must have at most 120 characters")
  .refine((text) => !unprintable.test(text), "must not hold line breaks or other control characters");
export const positiveLimit = z.int().min(1, "must be at least 1").max(1_000_000_000);

/** Model names as callers use them, `provider/name`, or either with `*` as a wildcard. Empty: no restriction. */
export const modelPatterns = z.array(z.string().trim().min(1).max(200)).max(500);

export const metadata = z
  .record(z.string().max(100), z.json())
  .refine((value) => JSON.stringify(value).length <= 16_384, "must be smaller than 16 KiB");
export const tags = z.array(z.string().trim().min(1).max(100)).max(50);

/** Free-form JSON in an answer. */
export const jsonObject = z.unknown().meta({ type: "object" });

/** The limits that every level of the scope chain may carry; absent or null = none at this level. */
export const limitFields = {
  allowed_models: modelPatterns.optional(),
  blocked_models: modelPatterns.optional(),
  rpm_limit: positiveLimit.nullish(),
  tpm_limit: positiveLimit.nullish(),
  parallel_limit: positiveLimit.nullish(),
};

export const limitOutput = {
  allowed_models: z.array(z.string()),
  blocked_models: z.array(z.string()),
  rpm_limit: z.number().nullable(),
  tpm_limit: z.number().nullable(),
  parallel_limit: z.number().nullable(),
};

/** What every list takes beside its own filters. */
export const listFields = {
  // The text of a query becomes a number on the way in, which hides from OpenAPI what number it must be.
  limit: z.coerce
    .number()
    .pipe(z.int().min(1).max(200))
    .default(50)
    .meta({ type: "integer", minimum: 1, maximum: 200 }),
  cursor: z.string().max(1_000).optional(),
};

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable() });

/** A boolean in a query string. */
export const queryFlag = z.enum(["true", "false"]).transform((text) => text === "true");

/** What one deed on many things takes at once. */
export const maxBulk = 500;

export const dryRun = z.boolean().default(false).meta({ description: "Tell what would happen and change nothing." });

/** What came of one deed on many things: each by its id. */
export const bulkOutput = z.object({
  dry_run: z.boolean(),
  data: z.array(
    z.object({
      id: z.string(),
      ok: z.boolean(),
      error: z.object({ code: z.string(), message: z.string() }).optional(),
    }),
  ),
});
