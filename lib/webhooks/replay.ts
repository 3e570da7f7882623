/** Sends again what was sent before: one delivery, or many, each decided on its own. Part of the webhooks domain's service. */
import { type BulkOutcome, runBulk } from "@/lib/api/bulk";
import { maxBulk } from "@/lib/api/schemas";
import { recordAudit } from "@/lib/audit/record";
import { type Context, requireReach, withTransaction } from "@/lib/context";
import { AppError, invalidField, notFound } from "@/lib/errors";
import { type DeliveryDetail, getDelivery } from "./deliveries";
import { queueAttempt } from "./dispatch";
import type { BulkDeliveriesInput } from "./schema";
import * as store from "./store";

/** 404 if there is no such delivery, 409 if its webhook takes none. */
async function requireReplayable(tx: Context, id: string): Promise<void> {
  requireReach(tx, "webhooks.write");
  const delivery = await store.lockDelivery(tx.db, id);
  if (!delivery) throw notFound();
  const webhook = await store.findWebhook(tx.db, delivery.webhook_id);
  if (!webhook?.enabled) throw new AppError("conflict", "The webhook is disabled. Enable it first.");
}

function replay(ctx: Context, id: string): Promise<void> {
  return withTransaction(ctx, async (tx) => {
    await requireReplayable(tx, id);
    const now = new Date(tx.clock.now());
    await store.updateDelivery(tx.db, id, { state: "pending", next_attempt_at: now, updated_at: now });
    await queueAttempt(tx, id);
    await recordAudit(tx, { action: "delivery.replayed", target_type: "delivery", target_id: id });
  });
}

/** Sends a delivery once more, under the same message id, as soon as a job runner gets to it. */
export async function replayDelivery(ctx: Context, id: string): Promise<DeliveryDetail> {
  await replay(ctx, id);
  return getDelivery(ctx, id);
}

async function chooseIds(ctx: Context, { ids, filter }: BulkDeliveriesInput): Promise<string[]> {
  requireReach(ctx, "webhooks.write");
  if (!filter) return ids ?? [];
  const { webhook_id, ...narrowing } = filter;
  const found = await store.listDeliveryIds(ctx.db, webhook_id, narrowing, maxBulk + 1);
  if (found.length > maxBulk) throw invalidField("filter", `matches more than ${maxBulk} deliveries: narrow it`);
  return found;
}

/** Replays each of the deliveries; the result says for each whether it will be sent, and why not. */
export async function replayDeliveries(ctx: Context, input: BulkDeliveriesInput): Promise<BulkOutcome> {
  const ids = await chooseIds(ctx, input);
  return runBulk(
    ctx,
    { ids, isRehearsal: input.dry_run },
    { rehearse: requireReplayable, perform: (id) => replay(ctx, id) },
  );
}
