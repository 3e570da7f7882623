/** What users look like on the wire: one schema for API, forms and OpenAPI. */
import { z } from "zod";
import {
  idOf,
  isoTime,
  jsonObject,
  limitFields,
  limitOutput,
  listFields,
  metadata,
  name,
  pageOf,
  queryFlag,
} from "@/lib/api/schemas";
import { teamRoles, userRoles } from "@/lib/authz/permissions";
import { budgetTerms } from "@/lib/budgets/schema";

const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, "must have at most 254 characters")
  .pipe(z.email("must be an e-mail address"));

const place = z.strictObject({ team_id: idOf("team"), role: z.enum(teamRoles).default("member") });

export const createUserInput = z.strictObject({
  email,
  name: name.nullish(),
  role: z.enum(userRoles).default("user"),
  teams: z.array(place).max(100).default([]),
  budget: budgetTerms.optional(),
  metadata: metadata.optional(),
  ...limitFields,
});
export type CreateUserInput = z.output<typeof createUserInput>;

export const updateUserInput = z.strictObject({
  email: email.optional(),
  name: name.nullable().optional(),
  role: z.enum(userRoles).optional(),
  metadata: metadata.optional(),
  ...limitFields,
});
export type UpdateUserInput = z.output<typeof updateUserInput>;

export const disableUserInput = z.strictObject({ reason: z.string().trim().min(1).max(500).optional() });
export type DisableUserInput = z.output<typeof disableUserInput>;

export const userTeamOutput = z.object({
  team_id: z.string(),
  name: z.string(),
  role: z.enum(teamRoles).meta({ description: "The strongest of the sources'." }),
  sources: z.array(z.object({ source: z.string(), role: z.enum(teamRoles) })),
});

export const userOutput = z
  .object({
    id: idOf("user"),
    email: z.string(),
    name: z.string().nullable(),
    role: z.enum(userRoles),
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
  })
  .meta({ id: "User" });

export const listUsersQuery = z.strictObject({
  ...listFields,
  sort: z.string().optional().meta({ description: "`email` or `created_at`, with `-` for descending." }),
  q: z.string().max(200).optional().meta({ description: "Part of the e-mail address or the name." }),
  role: z.enum(userRoles).optional(),
  team_id: idOf("team").optional().meta({ description: "Members of this team or of one below it." }),
  disabled: queryFlag.optional(),
});
export type ListUsersQuery = z.output<typeof listUsersQuery>;

export const userPage = pageOf(userOutput);
export const userParams = z.object({ id: z.string() });
