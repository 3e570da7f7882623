/** What an issuer says about a person, as far as accounts, roles and teams depend on it. Pure. */
import { z } from "zod";
import { isStorable } from "@/lib/api/input";
import { idOf } from "@/lib/api/schemas";
import { userRoles } from "@/lib/authz/permissions";
import { updateSettingsInput } from "@/lib/settings/schema";
import { signInCodes } from "@/lib/sign-ins/codes";

const maxGroups = 5_000;

const text = (longest: number) =>
  z
    .string()
    .min(1, "must not be empty")
    .max(longest, `must have at most ${longest} characters`)
    .refine(isStorable, "holds a character that cannot be stored");

// Only what ASCII calls upper case: some other letters have an ASCII one as their lower case, and another mailbox must stay another.
function lowerEmail(email: string): string {
  return email.trim().replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export const signInClaims = z.strictObject({
  issuer: text(2_000),
  subject: text(2_000),
  email: text(254).transform(lowerEmail).nullable(),
  email_verified: z.boolean(),
  name: text(500).nullable(),
  groups: z.array(text(1_000)).max(maxGroups, `must be at most ${maxGroups}`),
});
/** `email` is in lower case, without spaces around it; `issuer`, `subject` and `groups` are exactly as the issuer spells them. */
export type SignInClaims = z.output<typeof signInClaims>;

// As it is spelt: a subject or a group with a space beside it is another one.
const exact = z
  .string()
  .nullish()
  .transform((value) => value || null);
const trimmed = exact.transform((value) => value?.trim() || null);

/**
 * The claims of an ID token or of the userinfo endpoint (OpenID Connect Core 1.0, section 5.1) with Dex's `groups`, whatever else
 * stands beside them. `sub` and `iss` may be missing: a pasted claim need not say whom it is about.
 *
 * `email_verified` counts where it is the boolean true, or the text "true" that some issuers send; anything else, or nothing, is
 * unverified. `groups` may be one text or a list.
 */
export const tokenClaims = z
  .looseObject({
    iss: exact,
    sub: exact,
    issuer: exact,
    subject: exact,
    email: trimmed,
    email_verified: z.union([z.boolean(), z.string()], { error: "must be true or false" }).nullish(),
    name: trimmed,
    preferred_username: trimmed,
    groups: z.union([z.string(), z.array(z.string())], { error: "must be a list of names" }).nullish(),
  })
  .transform((token) => ({
    issuer: token.iss ?? token.issuer,
    subject: token.sub ?? token.subject,
    email: token.email === null ? null : lowerEmail(token.email),
    email_verified: token.email_verified === true || token.email_verified === "true",
    name: token.name ?? token.preferred_username,
    groups: [...new Set([token.groups ?? []].flat())].filter((group) => group !== ""),
  }));

const mappingRules = updateSettingsInput
  .pick({
    auto_create_users: true,
    allowed_email_domains: true,
    default_role: true,
    admin_groups: true,
    group_to_role: true,
    group_to_team: true,
    auto_create_teams: true,
  })
  .meta({ description: "Rules that are not saved yet; what is left out is as it is in the settings." });

export const previewInput = z
  .strictObject({
    claims: tokenClaims.optional().meta({
      description:
        "The claims of a token: `iss`, `sub`, `email`, `email_verified`, `name`, `groups`; others do not matter.",
    }),
    sign_in_id: idOf("signIn").optional().meta({ description: "A past sign-in, whose claims are used." }),
    rules: mappingRules.optional(),
  })
  .refine(({ claims, sign_in_id }) => (claims === undefined) !== (sign_in_id === undefined), {
    path: ["claims"],
    error: "give either claims or a sign_in_id",
  });
export type PreviewInput = z.output<typeof previewInput>;

const teamChange = z.object({ team_id: z.string().nullable(), path: z.string() });
const roleChange = z.object({ before: z.enum(userRoles).nullable(), after: z.enum(userRoles) });

export const previewOutput = z
  .object({
    claims: z
      .object({
        issuer: z.string().nullable(),
        subject: z.string().nullable(),
        email: z.string().nullable(),
        email_verified: z.boolean(),
        name: z.string().nullable(),
        groups: z.array(z.string()),
      })
      .meta({ description: "The claims as they were understood." }),
    decision: z.object({
      would_sign_in: z.boolean(),
      account: z.enum(["known", "linked", "created"]).nullable().meta({
        description:
          "known: somebody has this identity; linked: an account waits for this e-mail address; created: a new one is made. Null: refused.",
      }),
      code: z.enum(signInCodes).nullable().meta({ description: "Why not, where they would be refused." }),
      title: z.string().nullable(),
      cause: z.string().nullable(),
      remedy: z.string().nullable(),
    }),
    role: z.enum(userRoles).meta({ description: "The role that would count." }),
    role_because: z.object({
      source: z.enum(["groups", "manual", "invitation", "default"]),
      groups: z.array(z.string()),
    }),
    teams: z.array(
      z.object({
        path: z.string(),
        team_id: z.string().nullable(),
        exists: z.boolean(),
        created: z.boolean().meta({ description: "Whether it would be made, with those above it." }),
        because: z.array(z.string()).meta({ description: "The groups that lead to it." }),
      }),
    ),
    unmapped_groups: z.array(z.string()).meta({ description: "Groups that no rule names." }),
    user: z
      .object({ id: z.string(), email: z.string(), name: z.string().nullable() })
      .nullable()
      .meta({ description: "The account that is there already." }),
    changes: z
      .object({
        role: roleChange.nullable().meta({ description: "Null: stays as it is." }),
        email: z.object({ before: z.string().nullable(), after: z.string() }).nullable(),
        teams_joined: z.array(teamChange).meta({ description: "Memberships by groups that would be added." }),
        teams_left: z.array(teamChange).meta({
          description: "Memberships by groups that would go; those from elsewhere stay.",
        }),
        invitations_accepted: z.array(z.string()),
      })
      .nullable()
      .meta({ description: "Against the present account, or against none; null where they would be refused." }),
  })
  .meta({ id: "MappingPreview" });
export type PreviewOutput = z.output<typeof previewOutput>;
