/** What the caller is shown of themselves. */
import { z } from "zod";
import { search, sortByDefault } from "@/lib/api/list";
import { listFields, pageOf } from "@/lib/api/schemas";
import { actions, teamRoles, userRoles } from "@/lib/authz/permissions";
import { figuresField, includeField } from "@/lib/figures/schema";
import { keyOutput, listKeysQuery } from "@/lib/keys/schema";
import { summaryQuery } from "@/lib/usage/schema";
import { roleSources, userTeamOutput } from "@/lib/users/schema";

const ownKey = keyOutput.pick({
  id: true,
  type: true,
  name: true,
  masked: true,
  status: true,
  user_id: true,
  team_id: true,
  scopes: true,
  allowed_models: true,
  blocked_models: true,
  rpm_limit: true,
  tpm_limit: true,
  parallel_limit: true,
  expires_at: true,
});

const rightOutput = z.object({
  action: z.enum(actions),
  reach: z.enum(["all", "team", "own"]).meta({
    description:
      "Everything; or what is in the teams where one's role gives this right, and one's own; or only one's own.",
  }),
});

export const meOutput = z
  .object({
    kind: z.enum(["master", "session", "key", "system"]),
    name: z.string(),
    role: z.enum(userRoles).nullable().meta({ description: "On the whole system; null for a team's key." }),
    user: z
      .object({ id: z.string(), email: z.string(), name: z.string().nullable(), ...roleSources })
      .nullable()
      .meta({ description: "The person; a guest key is not told whose it is." }),
    key: ownKey.nullable().meta({ description: "The key that asks, if one does." }),
    teams: z.array(userTeamOutput),
    rights: z.array(rightOutput).meta({ description: "What the caller may do; what is absent they may not." }),
  })
  .meta({ id: "Me" });

export const myKeysQuery = listKeysQuery.omit({ user_id: true });
export type MyKeysQuery = z.output<typeof myKeysQuery>;

const myTeamOutput = z.object({
  team_id: z.string(),
  name: z.string(),
  role: z.enum(teamRoles),
  shared_keys: z
    .array(z.object({ id: z.string(), name: z.string(), team_id: z.string() }))
    .meta({ description: "Keys of the team and of those below it from which its members may make keys of their own." }),
  ...figuresField,
});
export const myTeamPage = pageOf(myTeamOutput);

export const myTeamSorts = { name: "text" } as const;
export const myTeamsQuery = z.strictObject({
  ...listFields,
  sort: sortByDefault(myTeamSorts, "name"),
  ...includeField,
  q: search("Part of the name."),
});
export type MyTeamsQuery = z.output<typeof myTeamsQuery>;

export const myUsageQuery = summaryQuery.omit({ user_id: true });
export type MyUsageQuery = z.output<typeof myUsageQuery>;
