/** What invitations look like on the wire: one schema for API, forms and OpenAPI. */
import { z } from "zod";
import { search, sortBy } from "@/lib/api/list";
import { duration, idOf, isoTime, listFields, pageOf } from "@/lib/api/schemas";
import { teamRoles, userRoles } from "@/lib/authz/permissions";
import { isDuration, parseDuration } from "@/lib/durations";
import { emailAddress } from "@/lib/users/schema";

const [shortestMs, longestMs] = [parseDuration("1h"), parseDuration("30d")];

const lifetime = duration
  .refine((text) => {
    if (!isDuration(text)) return true;
    const lengthMs = parseDuration(text);
    return lengthMs >= shortestMs && lengthMs <= longestMs;
  }, "must be at least 1h and at most 30d")
  .default("7d")
  .meta({ description: "How long the link works, from `1h` to `30d`." });

export const createInvitationInput = z
  .strictObject({
    email: emailAddress,
    role: z.enum(userRoles).nullish().meta({
      description: "The role on the whole system. Absent: what the person's groups give, or the default role.",
    }),
    team_id: idOf("team").nullish(),
    team_role: z.enum(teamRoles).nullish().meta({ description: "The role in the team; `member` if absent." }),
    expires_in: lifetime,
  })
  .refine(({ team_id, team_role }) => team_id != null || team_role == null, {
    path: ["team_role"],
    error: "needs a team_id",
  });
export type CreateInvitationInput = z.output<typeof createInvitationInput>;

export const resendInvitationInput = z.strictObject({ expires_in: lifetime });
export type ResendInvitationInput = z.output<typeof resendInvitationInput>;

export const invitationStates = ["open", "accepted", "expired", "revoked"] as const;
export type InvitationState = (typeof invitationStates)[number];

export const invitationOutput = z
  .object({
    id: idOf("invitation"),
    email: z.string(),
    user_id: z.string().meta({ description: "The account that waits for this person." }),
    role: z.enum(userRoles).nullable(),
    team_id: z.string().nullable(),
    team_name: z.string().nullable(),
    team_role: z.enum(teamRoles).nullable(),
    state: z.enum(invitationStates),
    is_granted: z.boolean().meta({
      description:
        "Whether the inviter may still give what is promised. If not, the link is answered as revoked until somebody resends it who may.",
    }),
    inviter: z.string().nullable().meta({ description: "The person who invites; null where it was no person." }),
    created_by: z.string(),
    expires_at: isoTime,
    accepted_at: isoTime.nullable(),
    revoked_at: isoTime.nullable(),
    created_at: isoTime,
    version: z.int(),
  })
  .meta({ id: "Invitation" });

export const invitationWithLink = z.object({
  invitation: invitationOutput,
  link: z.string().meta({ description: "What the person opens. It is shown in this answer and never again." }),
  is_mailed: z
    .boolean()
    .meta({ description: "Whether the link also goes out by mail; if not, it is yours to pass on." }),
});

export const invitationSorts = { created_at: "time", expires_at: "time" } as const;
export const listInvitationsQuery = z.strictObject({
  ...listFields,
  sort: sortBy(invitationSorts),
  q: search("Part of the e-mail address."),
  team_id: idOf("team").optional(),
  state: z.enum(invitationStates).optional(),
});
export type ListInvitationsQuery = z.output<typeof listInvitationsQuery>;

export const invitationPage = pageOf(invitationOutput);
export const invitationParams = z.object({ id: z.string() });

export const openInvitationInput = z.strictObject({
  secret: z.string().max(200).meta({ description: "What stands after the `#` of the link." }),
});
export type OpenInvitationInput = z.output<typeof openInvitationInput>;

export const openedInvitationOutput = z
  .object({
    state: z.enum(invitationStates),
    email: z.string().meta({ description: "Masked: enough to recognise one's own." }),
    inviter: z.string().nullable(),
    team_name: z.string().nullable(),
    team_role: z.enum(teamRoles).nullable(),
    role: z.enum(userRoles).nullable(),
    expires_at: isoTime,
  })
  .meta({ id: "OpenedInvitation" });
