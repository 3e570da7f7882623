/** What keys look like on the wire: one schema for API, forms and OpenAPI. */
import { z } from "zod";
import { search, sortBy } from "@/lib/api/list";
import {
  dryRun,
  duration,
  idOf,
  isoTime,
  jsonObject,
  limitFields,
  limitOutput,
  listFields,
  maxBulk,
  metadata,
  name,
  pageOf,
  tags,
} from "@/lib/api/schemas";
import { isScope } from "@/lib/authz/permissions";
import { budgetTerms, levelsOutput } from "@/lib/budgets/schema";
import { isDuration, parseDuration } from "@/lib/durations";
import { figureSorts, figuresField, includeField } from "@/lib/figures/schema";
import { keyStatuses } from "./chain";

export const keyTypes = ["admin", "team", "user", "virtual"] as const;
export type KeyType = (typeof keyTypes)[number];

const reason = z.string().trim().min(1).max(500);

const scopes = z
  .array(z.string().refine(isScope, "must be an action such as keys.read, a resource such as keys.*, or *"))
  .max(100)
  .transform((list) => [...new Set(list)]);

const expiry = {
  expires_at: isoTime.nullish(),
  expires_in: duration.optional().meta({ description: "Instead of `expires_at`: `30s`, `15m`, `12h`, `30d`." }),
};
const oneExpiryProblem = { path: ["expires_in"], error: "cannot be given together with expires_at" };

function hasOneExpiry(input: { expires_at?: string | null | undefined; expires_in?: string | undefined }): boolean {
  return input.expires_at == null || input.expires_in === undefined;
}

export const createKeyInput = z
  .strictObject({
    type: z.enum(keyTypes),
    name,
    user_id: idOf("user").optional().meta({ description: "Whose key it is; yourself if absent." }),
    team_id: idOf("team")
      .nullable()
      .optional()
      .meta({ description: "What the key's spend rolls up to; the person's team if they are in just one." }),
    parent_key_id: idOf("key")
      .optional()
      .meta({ description: "The key that this one is made from and never exceeds." }),
    scopes: scopes
      .default([])
      .meta({ description: "Rights on this API. None listed: none, and for an admin key all of them." }),
    budget: budgetTerms.optional(),
    ...expiry,
    metadata: metadata.optional(),
    tags: tags.optional(),
    ...limitFields,
  })
  .refine(hasOneExpiry, oneExpiryProblem);
export type CreateKeyInput = z.output<typeof createKeyInput>;

export const updateKeyInput = z.strictObject({
  name: name.optional(),
  scopes: scopes.optional(),
  expires_at: isoTime.nullable().optional(),
  metadata: metadata.optional(),
  tags: tags.optional(),
  ...limitFields,
});
export type UpdateKeyInput = z.output<typeof updateKeyInput>;

const maxOverlapMs = 30 * 86_400_000;
const overlap = z
  .literal("0s")
  .or(duration.refine((text) => !isDuration(text) || parseDuration(text) <= maxOverlapMs, "must be at most 30d"));

export const rotateKeyInput = z.strictObject({
  overlap: overlap.default("0s").meta({ description: "How long the old secret keeps working, at most `30d`." }),
});
export type RotateKeyInput = z.output<typeof rotateKeyInput>;

export const revokeKeyInput = z.strictObject({ reason: reason.optional() });
export type RevokeKeyInput = z.output<typeof revokeKeyInput>;

export const keyOutput = z
  .object({
    id: idOf("key"),
    type: z.enum(keyTypes),
    name: z.string(),
    prefix: z.string(),
    last_four: z.string(),
    masked: z
      .string()
      .meta({ description: "How to show the key: prefix and last four characters.", examples: ["sk-user-…4f2K"] }),
    user_id: z.string().nullable(),
    user_email: z.string().nullable().meta({ description: "Whose key it is." }),
    team_id: z.string().nullable(),
    team_name: z.string().nullable(),
    parent_key_id: z.string().nullable(),
    scopes: z.array(z.string()),
    ...limitOutput,
    status: z.enum(keyStatuses).meta({ description: "A key is also refused when one that it was made from is." }),
    expires_at: isoTime.nullable(),
    blocked_at: isoTime.nullable(),
    revoked_at: isoTime.nullable(),
    revoked_reason: z.string().nullable(),
    last_used_at: isoTime.nullable(),
    last_used_client: z.string().nullable().meta({ description: "What the program that used it last calls itself." }),
    metadata: jsonObject,
    tags: z.array(z.string()),
    created_by: z.string(),
    created_at: isoTime,
    updated_at: isoTime,
    version: z.int(),
    ...figuresField,
  })
  .meta({ id: "Key" });

export const keyWithSecretOutput = z.object({
  key: keyOutput,
  secret: z.string().meta({ description: "Shown in this answer only." }),
});

export const keyChainOutput = z
  .object({
    key_id: idOf("key"),
    levels: levelsOutput.meta({
      description:
        "The key, those that it was made from, the person's places in the teams, the person, and the teams from the key's own up to the organisation. A call needs room in every hard budget of them.",
    }),
  })
  .meta({ id: "KeyChain" });

const filters = {
  q: search("Part of the name (of fewer than three characters: its start), the last four, or the start of the id."),
  user_id: idOf("user").optional(),
  team_id: idOf("team").optional(),
  type: z.enum(keyTypes).optional(),
  status: z.enum(keyStatuses).optional(),
  tag: z.string().max(100).optional(),
};

export const keySorts = { name: "text", created_at: "time", ...figureSorts } as const;
export const listKeysQuery = z.strictObject({
  ...listFields,
  sort: sortBy(keySorts),
  ...includeField,
  ...filters,
});
export type ListKeysQuery = z.output<typeof listKeysQuery>;

export const keyPage = pageOf(keyOutput);
export const keyParams = z.object({ id: z.string() });

export const bulkActions = ["revoke", "block", "unblock", "restore", "delete", "set_expiry"] as const;

export const bulkKeysInput = z
  .strictObject({
    action: z.enum(bulkActions),
    ids: z.array(idOf("key")).min(1).max(maxBulk).optional(),
    filter: z
      .strictObject(filters)
      .refine((filter) => Object.values(filter).some((value) => value !== undefined), "must name at least one field")
      .optional()
      .meta({ description: `Instead of \`ids\`, as in the list; it may match at most ${maxBulk} keys.` }),
    dry_run: dryRun,
    reason: reason.optional().meta({ description: "For `revoke`." }),
    ...expiry,
  })
  .refine((input) => (input.ids === undefined) !== (input.filter === undefined), {
    path: ["ids"],
    error: "give either ids or filter",
  })
  .refine((input) => input.reason === undefined || input.action === "revoke", {
    path: ["reason"],
    error: "belongs to the action revoke",
  })
  .refine(
    (input) => (input.action === "set_expiry") === (input.expires_at !== undefined || input.expires_in !== undefined),
    { path: ["expires_at"], error: "belongs to the action set_expiry, which needs it or expires_in" },
  )
  .refine(hasOneExpiry, oneExpiryProblem);
export type BulkKeysInput = z.output<typeof bulkKeysInput>;
