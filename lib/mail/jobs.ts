/** The job that sends one mail; lib/jobs/registry lists it. At least once: the Message-ID tells a reader's mailbox what it has already. */
import { z } from "zod";
import { getConfig } from "@/lib/config/config";
import { defineJob, type JobContext } from "@/lib/jobs/job";
import { composeMail } from "./compose";
import { deliverMail, mailRetry } from "./deliver";
import { mailJob } from "./queue";

async function sendMail(ctx: JobContext, { message_id, to }: { message_id: string; to: string }): Promise<undefined> {
  const { smtpUrl, publicUrl } = getConfig();
  const message = await ctx.db.message.findUnique({ where: { id: message_id } });
  if (!message || smtpUrl === null) return undefined;
  await deliverMail(smtpUrl, { id: message.id, to, content: composeMail(message, publicUrl) });
  return undefined;
}

export const sendMails = defineJob({
  name: mailJob,
  schema: z.object({ message_id: z.string(), to: z.string() }),
  retry: mailRetry,
  handle: sendMail,
});
