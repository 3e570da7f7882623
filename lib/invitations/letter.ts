/** An invitation in words, for the mail that carries its link. Pure. */
import { formatMailTime, type Letter } from "@/lib/mail/compose";

export interface InvitationFacts {
  inviter: string | null;
  team_name: string | null;
  expires_at: Date;
}

export function writeInvitation({ inviter, team_name, expires_at }: InvitationFacts): Letter {
  const who = inviter ?? "An administrator";
  const where = team_name ? `to join ${team_name}` : "to join";
  return {
    subject: `${who} invites you ${where}`,
    lead: `${who} invites you ${where} on this server. Open the link below and sign in with this e-mail address.`,
    facts: [
      ...(team_name ? [["Team", team_name] as const] : []),
      ["Works until", formatMailTime(expires_at.toISOString())],
    ],
  };
}
