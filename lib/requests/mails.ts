/** Queues the mails about a request, one job per reader, so that one bad address holds up nobody else. Part of the requests domain. */
import { getConfig } from "@/lib/config/config";
import type { Context } from "@/lib/context";
import { enqueueJob } from "@/lib/jobs/queue";
import type { LetterKind } from "./letters";

/** The job that sends one mail; its payload is `{request_id, letter, user_id}`. */
export const requestMailJob = "requests.mail";

/** Does nothing without SMTP_URL: the request stands in the inbox of the API and the console all the same. */
export async function queueRequestMails(
  tx: Context,
  requestId: string,
  letter: LetterKind,
  userIds: readonly string[],
): Promise<void> {
  if (getConfig().smtpUrl === null) return;
  for (const userId of userIds) {
    await enqueueJob(tx, {
      name: requestMailJob,
      payload: { request_id: requestId, letter, user_id: userId },
      uniqueKey: `${requestMailJob}:${requestId}:${letter}:${userId}`,
    });
  }
}
