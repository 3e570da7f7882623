/** What teams and memberships look like on the wire: one schema for API, forms and OpenAPI. */
import { z } from "zod";
import { search, sortBy, sortByDefault } from "@/lib/api/list";
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
import { teamRoles } from "@/lib/authz/permissions";
import { budgetOutput, budgetTerms } from "@/lib/budgets/schema";
import { figureSorts, figuresField, includeField } from "@/lib/figures/schema";

export const createTeamInput = z.strictObject({
  name,
  parent_id: idOf("team").nullish(),
  budget: budgetTerms.optional(),
  metadata: metadata.optional(),
  ...limitFields,
});
export type CreateTeamInput = z.output<typeof createTeamInput>;

export const updateTeamInput = z.strictObject({
  name: name.optional(),
  parent_id: idOf("team").nullable().optional(),
  metadata: metadata.optional(),
  ...limitFields,
});
export type UpdateTeamInput = z.output<typeof updateTeamInput>;

export const teamOutput = z
  .object({
    id: idOf("team"),
    name: z.string(),
    parent_id: z.string().nullable(),
    path: z.array(z.string()).meta({ description: "Ids from the organisation down to this team." }),
    ...limitOutput,
    metadata: jsonObject,
    created_via: z.string(),
    created_at: isoTime,
    updated_at: isoTime,
    version: z.int(),
    ...figuresField,
  })
  .meta({ id: "Team" });

const source = z.object({ id: z.string(), name: z.string() }).meta({ description: "The team that it comes from." });
const effectiveLimit = z.object({ value: z.int(), source }).nullable();

export const effectiveOutput = z
  .object({
    team_id: idOf("team"),
    models: z
      .array(z.object({ allowed_models: z.array(z.string()), blocked_models: z.array(z.string()), source }))
      .meta({ description: "Every list on the path; a model has to pass all of them. None: every model." }),
    rpm_limit: effectiveLimit,
    tpm_limit: effectiveLimit,
    parallel_limit: effectiveLimit,
    budgets: z.array(budgetOutput).meta({ description: "Of the team and all above it; every one must have room." }),
  })
  .meta({ id: "EffectiveTeam" });
export type EffectiveOutput = z.output<typeof effectiveOutput>;

export const teamSorts = { name: "text", created_at: "time", ...figureSorts } as const;
export const listTeamsQuery = z.strictObject({
  ...listFields,
  sort: sortBy(teamSorts),
  ...includeField,
  q: search("Part of the name."),
  parent_id: idOf("team")
    .or(z.literal("null"))
    .optional()
    .meta({ description: "Children of this team; `null` for organisations." }),
  tree: queryFlag.optional().meta({ description: "`true`: every visible team at once, each before its children." }),
});
export type ListTeamsQuery = z.output<typeof listTeamsQuery>;

export const teamPage = pageOf(teamOutput);
export const teamParams = z.object({ id: z.string() });
export const memberParams = z.object({ id: z.string(), user_id: z.string() });

export const addMemberInput = z.strictObject({ user_id: idOf("user"), role: z.enum(teamRoles).default("member") });
export type AddMemberInput = z.output<typeof addMemberInput>;
export const updateMemberInput = z.strictObject({ role: z.enum(teamRoles) });
export type UpdateMemberInput = z.output<typeof updateMemberInput>;

export const memberOutput = z
  .object({
    user_id: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    role: z.enum(teamRoles).meta({ description: "The strongest of the sources'." }),
    sources: z.array(
      z.object({
        source: z.string(),
        role: z.enum(teamRoles),
        inherited_from: z
          .object({ id: z.string(), name: z.string() })
          .optional()
          .meta({ description: "The team above that it is held in; absent for a place in this team." }),
      }),
    ),
  })
  .meta({ id: "Member" });
export const memberSorts = { email: "text" } as const;
export const listMembersQuery = z.strictObject({
  ...listFields,
  sort: sortByDefault(memberSorts, "email"),
  q: search("Part of the e-mail address or the name."),
  inherited: queryFlag
    .optional()
    .meta({ description: "`true`: also people of the teams above, as far as you may see those." }),
});
export type ListMembersQuery = z.output<typeof listMembersQuery>;
export const memberPage = pageOf(memberOutput);

const bulkActions = ["delete", "set_limits"] as const;

export const bulkTeamsInput = z
  .strictObject({
    action: z.enum(bulkActions),
    ids: z.array(idOf("team")).min(1).max(maxBulk),
    dry_run: dryRun,
    ...limitFields,
  })
  .refine(
    ({ action, ids: _ids, dry_run: _dryRun, ...limits }) =>
      (action === "set_limits") === Object.values(limits).some((value) => value !== undefined),
    { path: ["action"], error: "limits belong to the action set_limits, which needs at least one" },
  );
export type BulkTeamsInput = z.output<typeof bulkTeamsInput>;
