/** What was sent to a webhook: list, read, replay, and the test button. Part of the webhooks domain's service. */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { recordAudit } from "@/lib/audit/record";
import { type Context, requireReach, withTransaction } from "@/lib/context";
import type { DeliveryAttempt } from "@/lib/db/generated/client";
import { AppError, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { agentFor } from "./agents";
import { attemptOnce, payloadOf } from "./attempt";
import { queueAttempt } from "./dispatch";
import { type DeliveryState, deliverySorts, type ListDeliveriesQuery } from "./schema";
import { requireWebhook } from "./service";
import * as store from "./store";

/** Sent by the test button alone, to one webhook, whatever it listens to. */
const testEventType = "webhook.test";

export type DeliveryView = Omit<store.DeliveryWithMessage, "message" | "state"> & {
  type: string;
  state: DeliveryState;
};
export type DeliveryDetail = DeliveryView & { payload: unknown; attempts: DeliveryAttempt[] };

function present({ message, ...row }: store.DeliveryWithMessage): DeliveryView {
  return { ...row, state: row.state as DeliveryState, type: message.type };
}

export async function listDeliveries(
  ctx: Context,
  webhookId: string,
  query: ListDeliveriesQuery,
): Promise<Page<DeliveryView>> {
  await requireWebhook(ctx, webhookId);
  const rows = await store.listDeliveries(ctx.db, webhookId, query, keyset(query, deliverySorts));
  return toPage(rows.map(present), query);
}

/** A delivery with its payload and every attempt, oldest first. */
export async function getDelivery(ctx: Context, id: string): Promise<DeliveryDetail> {
  requireReach(ctx, "webhooks.read");
  const found = await store.findDelivery(ctx.db, id);
  if (!found) throw notFound();
  const { attempts, ...delivery } = found;
  return { ...present(delivery), payload: payloadOf(found.message), attempts };
}

/** Sends a delivery once more, under the same message id, as soon as a job runner gets to it. */
export async function replayDelivery(ctx: Context, id: string): Promise<DeliveryDetail> {
  await withTransaction(ctx, async (tx) => {
    requireReach(tx, "webhooks.write");
    const delivery = await store.lockDelivery(tx.db, id);
    if (!delivery) throw notFound();
    const webhook = await store.findWebhook(tx.db, delivery.webhook_id);
    if (!webhook?.enabled) throw new AppError("conflict", "The webhook is disabled. Enable it first.");
    const now = new Date(tx.clock.now());
    await store.updateDelivery(tx.db, id, { state: "pending", next_attempt_at: now, updated_at: now });
    await queueAttempt(tx, id);
    await recordAudit(tx, { action: "delivery.replayed", target_type: "delivery", target_id: id });
  });
  return getDelivery(ctx, id);
}

async function createTestDelivery(ctx: Context, webhookId: string): Promise<string> {
  return withTransaction(ctx, async (tx) => {
    requireReach(tx, "webhooks.write");
    await requireWebhook(tx, webhookId);
    const now = new Date(tx.clock.now());
    const message_id = newId("message", now.getTime());
    const id = newId("delivery", now.getTime());
    await store.insertMessage(tx.db, {
      id: message_id,
      type: testEventType,
      data: { webhook_id: webhookId },
      created_at: now,
    });
    await store.insertDeliveries(tx.db, [{ id, webhook_id: webhookId, message_id, created_at: now, updated_at: now }]);
    await recordAudit(tx, { action: "webhook.tested", target_type: "webhook", target_id: webhookId });
    return id;
  });
}

/** Sends a test event now, also to a disabled webhook, and answers what came of it. It is not retried. */
export async function testWebhook(ctx: Context, webhookId: string): Promise<DeliveryDetail> {
  const id = await createTestDelivery(ctx, webhookId);
  await attemptOnce(ctx, id, { agentFor, random: Math.random });
  return getDelivery(ctx, id);
}
