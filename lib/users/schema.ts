/** What users look like on the wire: one schema for API, forms and OpenAPI. */
import { z } from "zod";
import { search, sortBy } from "@/lib/api/list";
import {
  dryRun,
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
  queryFlag,
} from "@/lib/api/schemas";
import { teamRoles, userRoles } from "@/lib/authz/permissions";
import { budgetTerms } from "@/lib/budgets/schema";
import { figureSorts, figuresField, includeField } from "@/lib/figures/schema";

/** An e-mail address as accounts have it: trimmed, lower-case. */
export const emailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, "must have at most 254 characters")
  .pipe(z.email("must be an e-mail address"));

const place = z.strictObject({ team_id: idOf("team"), role: z.enum(teamRoles).default("member") });

export const createUserInput = z.strictObject({
  email: emailAddress,
  name: name.nullish(),
  role: z
    .enum(userRoles)
    .optional()
    .meta({ description: "Given by hand. Absent: what the person's groups give, or the default role." }),
  teams: z.array(place).max(100).default([]),
  budget: budgetTerms.optional(),
  metadata: metadata.optional(),
  ...limitFields,
});
export type CreateUserInput = z.output<typeof createUserInput>;

export const updateUserInput = z.strictObject({
  email: emailAddress.optional(),
  name: name.nullable().optional(),
  role: z.enum(userRoles).nullable().optional().meta({
    description:
      "The role given by hand; null takes it away. Weaker than what the person's groups give is a conflict (409).",
  }),
  metadata: metadata.optional(),
  ...limitFields,
});
export type UpdateUserInput = z.output<typeof updateUserInput>;

const reason = z.string().trim().min(1).max(500);

export const disableUserInput = z.strictObject({ reason: reason.optional() });
export type DisableUserInput = z.output<typeof disableUserInput>;

export const userTeamOutput = z.object({
  team_id: z.string(),
  name: z.string(),
  role: z.enum(teamRoles).meta({ description: "The strongest of the sources'." }),
  sources: z.array(z.object({ source: z.string(), role: z.enum(teamRoles) })),
});

/** Where the role that counts comes from. */
export const roleSources = {
  manual_role: z.enum(userRoles).nullable().meta({ description: "Given by hand." }),
  oidc_role: z.enum(userRoles).nullable().meta({ description: "Given by the groups of the last sign-in or refresh." }),
};

export const userOutput = z
  .object({
    id: idOf("user"),
    email: z.string(),
    name: z.string().nullable(),
    role: z.enum(userRoles).meta({ description: "What counts: the stronger of the next two, or the default role." }),
    ...roleSources,
    teams: z.array(userTeamOutput).meta({ description: "Memberships, as far as the caller may see the teams." }),
    created_via: z.string(),
    disabled_at: isoTime.nullable(),
    disabled_reason: z.string().nullable(),
    last_seen_at: isoTime.nullable(),
    ...limitOutput,
    metadata: jsonObject,
    created_at: isoTime,
    updated_at: isoTime,
    version: z.int(),
    ...figuresField,
  })
  .meta({ id: "User" });

const identityOutput = z.object({
  id: idOf("identity"),
  issuer: z.string(),
  subject: z.string(),
  email: z.string().nullable(),
  email_verified: z.boolean(),
  groups: z.array(z.string()).meta({ description: "As the issuer last said them." }),
  last_sync_at: isoTime,
});

export const userDetailOutput = userOutput
  .extend({
    identities: z
      .array(identityOutput)
      .nullable()
      .meta({ description: "How the person signs in; null for callers who may not change users, but oneself." }),
  })
  .meta({ id: "UserDetail" });

const filters = {
  q: search("Part of the e-mail address or the name."),
  role: z.enum(userRoles).optional(),
  team_id: idOf("team").optional().meta({ description: "Members of this team or of one below it." }),
};

export const userSorts = { email: "text", created_at: "time", ...figureSorts } as const;
export const listUsersQuery = z.strictObject({
  ...listFields,
  sort: sortBy(userSorts),
  ...includeField,
  ...filters,
  disabled: queryFlag.optional(),
});
export type ListUsersQuery = z.output<typeof listUsersQuery>;

export const userPage = pageOf(userOutput);
export const userParams = z.object({ id: z.string() });

const bulkActions = ["disable", "enable", "sign_out", "set_role"] as const;

export const bulkUsersInput = z
  .strictObject({
    action: z.enum(bulkActions),
    ids: z.array(idOf("user")).min(1).max(maxBulk).optional(),
    filter: z
      .strictObject({ ...filters, disabled: z.boolean().optional() })
      .refine((filter) => Object.values(filter).some((value) => value !== undefined), "must name at least one field")
      .optional()
      .meta({ description: `Instead of \`ids\`, as in the list; it may match at most ${maxBulk} people.` }),
    dry_run: dryRun,
    reason: reason.optional().meta({ description: "For `disable`." }),
    role: z
      .enum(userRoles)
      .nullable()
      .optional()
      .meta({ description: "For `set_role`: the role given by hand; null takes it away." }),
  })
  .refine((input) => (input.ids === undefined) !== (input.filter === undefined), {
    path: ["ids"],
    error: "give either ids or filter",
  })
  .refine((input) => input.reason === undefined || input.action === "disable", {
    path: ["reason"],
    error: "belongs to the action disable",
  })
  .refine((input) => (input.action === "set_role") === (input.role !== undefined), {
    path: ["role"],
    error: "belongs to the action set_role, which needs it",
  });
export type BulkUsersInput = z.output<typeof bulkUsersInput>;
