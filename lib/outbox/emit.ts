/**
 * The outbox: an event is a row in the transaction of the change that it announces, plus the job that will deliver it.
 * Services call this; the ledger writes the same two rows in its own batch. ./dispatch takes it from there.
 */
import type { Context } from "@/lib/context";
import { newId } from "@/lib/ids";
import { toJson } from "@/lib/json";
import { dispatchJob, type EventType } from "./schema";

/** Queues one event for every receiver that listens to `type`. Returns the message's id, which is stable over retries. */
export async function emitEvent(ctx: Context, type: EventType, data: Record<string, unknown>): Promise<string> {
  const now = new Date(ctx.clock.now());
  const id = newId("message", now.getTime());
  await ctx.db.message.create({ data: { id, type, data: toJson(data), created_at: now } });
  await ctx.db.job.create({
    data: {
      id: newId("job", now.getTime()),
      name: dispatchJob,
      payload: { message_id: id },
      run_at: now,
      created_at: now,
    },
  });
  return id;
}
