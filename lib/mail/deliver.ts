/** Hands one mail to the mail server, within a job. Part of lib/mail; a domain with letters of its own sends them by this too. */
import type { SMTPError } from "nodemailer/lib/smtp-connection";
import { defaultRetry, PermanentError } from "@/lib/jobs/job";
import type { MailContent } from "./compose";
import { getTransport, mailHost, senderOf } from "./transport";

/** Mail servers ask for a few hours of patience; this is most of a day. */
export const mailRetry = { ...defaultRetry, maxAttempts: 24 };

/** The server has refused this mail or this reader for good (RFC 5321: 5yz), as opposed to us or to the moment. */
function isRefusal(error: unknown): boolean {
  const { code, responseCode = 0 } = error as SMTPError;
  return responseCode >= 500 && (code === "EENVELOPE" || code === "EMESSAGE");
}

export interface OutgoingMail {
  /** Names the mail to the reader's mailbox, so that one sent twice is seen once. */
  id: string;
  to: string;
  content: MailContent;
}

/** Throws a PermanentError where the server refuses this mail for good, and what the server said otherwise. */
export async function deliverMail(smtpUrl: string, { id, to, content }: OutgoingMail): Promise<void> {
  try {
    await getTransport(smtpUrl).sendMail({
      ...content,
      from: senderOf(smtpUrl),
      to: { name: "", address: to },
      messageId: `<${id}@${mailHost()}>`,
      headers: { "Auto-Submitted": "auto-generated" },
    });
  } catch (error) {
    if (isRefusal(error)) throw new PermanentError(`refused: ${(error as Error).message}`);
    throw error;
  }
}
