/** Queues the mails of a message: one job per reader, so that one bad address holds up nobody else. Called by the outbox's dispatch. */
import { getConfig } from "@/lib/config/config";
import type { Context } from "@/lib/context";
import type { Message } from "@/lib/db/generated/client";
import { enqueueJob } from "@/lib/jobs/queue";
import { isMailed } from "./compose";
import { findConcerned } from "./store";

/** The job that sends one mail; its payload is `{message_id, to}`. */
export const mailJob = "mail.send";

function scopeOf(data: unknown): { type: string; id: string } | null {
  const scope = (data as { scope?: { type?: unknown; id?: unknown } } | null)?.scope;
  return typeof scope?.type === "string" && typeof scope.id === "string" ? { type: scope.type, id: scope.id } : null;
}

async function findReaders(tx: Context, message: Message): Promise<string[]> {
  const scope = scopeOf(message.data);
  const concerned = scope ? await findConcerned(tx.db, scope) : [];
  return [...new Set([...getConfig().alertEmails, ...concerned].map((address) => address.toLowerCase()))];
}

/** Does nothing without SMTP_URL, and for types that are not mailed. */
export async function queueMails(tx: Context, message: Message): Promise<void> {
  if (getConfig().smtpUrl === null || !isMailed(message.type)) return;
  for (const to of await findReaders(tx, message)) {
    await enqueueJob(tx, {
      name: mailJob,
      payload: { message_id: message.id, to },
      uniqueKey: `${mailJob}:${message.id}:${to}`,
    });
  }
}
