/** What was sent to a webhook: list, read, and the test button. ./replay sends it again. Part of the webhooks domain's service. */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { recordAudit } from "@/lib/audit/record";
import { type Context, requireReach, withTransaction } from "@/lib/context";
import type { DeliveryAttempt } from "@/lib/db/generated/client";
import { notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { agentFor } from "./agents";
import { attemptOnce, payloadOf } from "./attempt";
import { type DeliveryState, deliverySorts, type ListDeliveriesQuery, testEventType } from "./schema";
import { plainHeaders } from "./send";
import { requireWebhook } from "./service";
import * as store from "./store";

export type DeliveryView = Omit<store.DeliveryWithAttempts, "message" | "state" | "attempts"> & {
  type: string;
  state: DeliveryState;
  last_attempt: DeliveryAttempt | null;
};
export type DeliveryDetail = DeliveryView & {
  headers: Record<string, string>;
  payload: unknown;
  attempts: DeliveryAttempt[];
};

function present({ message, attempts, ...row }: store.DeliveryWithAttempts): DeliveryView {
  return { ...row, state: row.state as DeliveryState, type: message.type, last_attempt: attempts.at(-1) ?? null };
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
  const { message, attempts } = found;
  return { ...present(found), headers: plainHeaders(message.id), payload: payloadOf(message), attempts };
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
