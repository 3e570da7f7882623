/** The job that mails an invitation's link; lib/jobs/registry lists it. Its payload holds the secret sealed, and no longer than it has to. */
import { z } from "zod";
import { findCreator } from "@/lib/auth/creator";
import { hashSecret } from "@/lib/auth/hash";
import { getConfig } from "@/lib/config/config";
import type { Context } from "@/lib/context";
import { defineJob, PermanentError } from "@/lib/jobs/job";
import { enqueueJob } from "@/lib/jobs/queue";
import { renderLetter } from "@/lib/mail/compose";
import { deliverMail, mailRetry } from "@/lib/mail/deliver";
import { seal, UnsealError, unseal } from "@/lib/secrets/key-ring";
import { writeInvitation } from "./letter";
import { linkOf, mailedSecretPlace } from "./link";
import { stateOf } from "./present";
import { findBySecret } from "./store";

const job = "invitations.mail";

/** Queues the mail; false where there is no mail server, so that the inviter passes the link on. */
export async function queueInvitationMail(tx: Context, invitationId: string, secret: string): Promise<boolean> {
  const { smtpUrl, encryptionKeys } = getConfig();
  if (smtpUrl === null) return false;
  await enqueueJob(tx, {
    name: job,
    payload: { invitation_id: invitationId, secret: seal(encryptionKeys, mailedSecretPlace(invitationId), secret) },
    uniqueKey: `${job}:${invitationId}`,
  });
  return true;
}

function openSecret(invitationId: string, sealed: string): string {
  try {
    return unseal(getConfig().encryptionKeys, mailedSecretPlace(invitationId), sealed);
  } catch (error) {
    if (error instanceof UnsealError) throw new PermanentError(error.message);
    throw error;
  }
}

async function sendInvitation(ctx: Context, payload: { invitation_id: string; secret: string }): Promise<undefined> {
  const { smtpUrl, publicUrl } = getConfig();
  if (smtpUrl === null) return undefined;
  const secret = openSecret(payload.invitation_id, payload.secret);
  const secretHash = hashSecret(secret);
  // Resent, revoked or accepted meanwhile: this link would lead nowhere.
  const row = await findBySecret(ctx.db, secretHash);
  if (!row || stateOf(row, ctx.clock.now()) !== "open") return undefined;
  const { name } = await findCreator(ctx.db, row.created_by);
  const letter = writeInvitation({ inviter: name, team_name: row.team?.name ?? null, expires_at: row.expires_at });
  await deliverMail(smtpUrl, {
    // A resent invitation is another mail, so its id is not the invitation's alone.
    id: `${row.id}.${secretHash.slice(0, 16)}`,
    to: row.email,
    content: renderLetter(letter, linkOf(publicUrl, secret)),
  });
  return undefined;
}

export const mailInvitations = defineJob({
  name: job,
  schema: z.object({ invitation_id: z.string(), secret: z.string() }),
  retry: mailRetry,
  handle: sendInvitation,
});
