/** The job that sends one mail; lib/jobs/registry lists it. At least once: the Message-ID tells a reader's mailbox what it has already. */
import type { SMTPError } from "nodemailer/lib/smtp-connection";
import { z } from "zod";
import { getConfig } from "@/lib/config/config";
import { defaultRetry, defineJob, type JobContext, PermanentError } from "@/lib/jobs/job";
import { composeMail } from "./compose";
import { mailJob } from "./queue";
import { getTransport, mailHost, senderOf } from "./transport";

/** The server has refused this mail or this reader for good (RFC 5321: 5yz), as opposed to us or to the moment. */
function isRefusal(error: unknown): boolean {
  const { code, responseCode = 0 } = error as SMTPError;
  return responseCode >= 500 && (code === "EENVELOPE" || code === "EMESSAGE");
}

async function sendMail(ctx: JobContext, { message_id, to }: { message_id: string; to: string }): Promise<undefined> {
  const { smtpUrl, publicUrl } = getConfig();
  const message = await ctx.db.message.findUnique({ where: { id: message_id } });
  if (!message || smtpUrl === null) return undefined;
  try {
    await getTransport(smtpUrl).sendMail({
      ...composeMail(message, publicUrl),
      from: senderOf(smtpUrl),
      to: { name: "", address: to },
      messageId: `<${message.id}@${mailHost()}>`,
      headers: { "Auto-Submitted": "auto-generated" },
    });
  } catch (error) {
    if (isRefusal(error)) throw new PermanentError(`refused: ${(error as Error).message}`);
    throw error;
  }
  return undefined;
}

export const sendMails = defineJob({
  name: mailJob,
  schema: z.object({ message_id: z.string(), to: z.string() }),
  // Mail servers ask for a few hours of patience; this is most of a day.
  retry: { ...defaultRetry, maxAttempts: 24 },
  handle: sendMail,
});
