/** Queues a message for its receivers. Called by the outbox's dispatch job, in its transaction. */
import type { Context } from "@/lib/context";
import type { Message } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";
import { enqueueJob } from "@/lib/jobs/queue";
import * as store from "./store";

/** The job that sends one delivery; its payload is `{delivery_id}`. */
export const attemptJob = "deliveries.attempt";

/** Asks for an attempt at a delivery; there is at most one such job per delivery. */
export function queueAttempt(tx: Context, deliveryId: string): Promise<void> {
  return enqueueJob(tx, {
    name: attemptJob,
    payload: { delivery_id: deliveryId },
    uniqueKey: `${attemptJob}:${deliveryId}`,
  });
}

/** One delivery for each enabled webhook that listens to the message's type. Repeated, it adds nothing. */
export async function fanOut(tx: Context, message: Message): Promise<void> {
  const now = new Date(tx.clock.now());
  const subscribers = await store.findSubscribers(tx.db, message.type);
  const rows = subscribers.map((webhook_id) => ({
    id: newId("delivery", now.getTime()),
    webhook_id,
    message_id: message.id,
    next_attempt_at: now,
    created_at: now,
    updated_at: now,
  }));
  for (const id of await store.insertDeliveries(tx.db, rows)) await queueAttempt(tx, id);
}
