/**
 * Attempts at a delivery: sends, keeps what came of it, and decides what follows: done, again later, given up, or the receiver
 * disabled. The job `deliveries.attempt` calls attemptDelivery; the test button calls attemptOnce.
 */
import type { Agent } from "undici";
import { type Context, withTransaction } from "@/lib/context";
import type { Delivery, Message, Webhook } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";
import type { JobContext, RunAgain } from "@/lib/jobs/job";
import { UnsealError } from "@/lib/secrets/key-ring";
import type { DeliveryState } from "./schema";
import { openActiveSecrets } from "./secrets";
import { type Outcome, sendWebhook } from "./send";
import { disableWebhook } from "./service";
import * as store from "./store";

const [second, minute, hour] = [1_000, 60_000, 3_600_000];

/** The mean wait after the n-th failed attempt; about three days in all. */
export const retryDelaysMs: readonly number[] = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  24 * hour,
  24 * hour,
];
// A receiver is given up when it has not worked once for three days, or for one with a delivery that ran out of attempts.
const hopelessAfterMs = 72 * hour;
const exhaustedAfterMs = 24 * hour;

export interface AttemptTools {
  agentFor(webhook: { source: string; url: string }): Agent;
  /** Uniform over [0, 1). */
  random(): number;
  timeoutMs?: number;
}

/** The body of every attempt, byte for byte the same: what was announced, and when. */
export function payloadOf(message: Pick<Message, "type" | "created_at" | "data">) {
  return { type: message.type, timestamp: message.created_at.toISOString(), data: message.data };
}

/** One attempt, without any consequence. A secret that cannot be opened is a failure like another, and visible as such. */
async function send(
  webhook: Webhook,
  message: Message,
  tools: AttemptTools,
  nowMs: number,
  signal?: AbortSignal,
): Promise<Outcome> {
  const { timeoutMs } = tools;
  try {
    const secrets = openActiveSecrets(webhook, nowMs);
    const content = {
      id: message.id,
      timestampSeconds: Math.floor(nowMs / 1000),
      body: JSON.stringify(payloadOf(message)),
    };
    return await sendWebhook(
      { url: webhook.url, secrets, content },
      { agent: tools.agentFor(webhook), timeoutMs, signal },
    );
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    const sentence = "Not sent: the signing secret cannot be opened. Rotate it.";
    return { status_code: null, error: sentence, duration_ms: 0, response_snippet: null };
  }
}

async function keepAttempt(tx: Context, delivery: Delivery, outcome: Outcome): Promise<void> {
  const now = new Date(tx.clock.now());
  await store.insertAttempt(tx.db, {
    ...outcome,
    id: newId("attempt", now.getTime()),
    delivery_id: delivery.id,
    created_at: now,
  });
}

async function moveDelivery(
  tx: Context,
  delivery: Delivery,
  state: DeliveryState,
  nextAttemptAt: Date | null,
): Promise<void> {
  await store.updateDelivery(tx.db, delivery.id, {
    state,
    next_attempt_at: nextAttemptAt,
    attempt_count: { increment: 1 },
    updated_at: new Date(tx.clock.now()),
  });
}

function reasonToDisable(outcome: Outcome, failingForMs: number, isExhausted: boolean): string | null {
  if (outcome.status_code === 410) return "The receiver answered 410 Gone.";
  if (failingForMs >= hopelessAfterMs) return "Every attempt has failed for three days.";
  if (isExhausted && failingForMs >= exhaustedAfterMs)
    return "Every attempt has failed for more than a day, and a delivery ran out of attempts.";
  return null;
}

/** What a failure leads to; the time of the next attempt if there is one. */
async function settleFailure(
  tx: Context,
  delivery: Delivery,
  webhook: Webhook,
  outcome: Outcome,
  random: () => number,
): Promise<Date | null> {
  const now = tx.clock.now();
  const failingSince = webhook.failing_since ?? new Date(now);
  const delayMs = retryDelaysMs[delivery.attempt_count];
  const reason = reasonToDisable(outcome, now - failingSince.getTime(), delayMs === undefined);
  // Jitter as wide as the wait itself, around its mean, so that what failed together does not come back together.
  const next = delayMs === undefined || reason ? null : new Date(now + Math.round(delayMs * (0.5 + random())));
  await moveDelivery(tx, delivery, next ? "pending" : "failed", next);
  if (webhook.failing_since === null) await store.noteFailingSince(tx.db, webhook.id, failingSince);
  if (reason && webhook.enabled) await disableWebhook(tx, { ...webhook, failing_since: failingSince }, reason);
  return next;
}

/** Sends one delivery if it still waits, and settles it. Safe to repeat: the receiver may get the same message id twice. */
export async function attemptDelivery(
  ctx: JobContext,
  deliveryId: string,
  tools: AttemptTools,
): Promise<RunAgain | undefined> {
  const found = await store.findToSend(ctx.db, deliveryId);
  if (found?.state !== "pending") return undefined;
  if (found.next_attempt_at && found.next_attempt_at.getTime() > ctx.clock.now())
    return { againAt: found.next_attempt_at };
  // Queued just as its receiver was disabled.
  if (!found.webhook.enabled) {
    await store.cancelPending(ctx.db, found.webhook_id, new Date(ctx.clock.now()));
    return undefined;
  }
  const outcome = await send(found.webhook, found.message, tools, ctx.clock.now(), ctx.signal);
  return withTransaction(ctx, async (tx) => {
    // In the order in which disabling locks them too.
    const webhook = await store.lockWebhook(tx.db, found.webhook_id);
    const delivery = await store.lockDelivery(tx.db, deliveryId);
    if (!webhook || !delivery) return undefined;
    await keepAttempt(tx, delivery, outcome);
    if (outcome.error === null) {
      await moveDelivery(tx, delivery, "succeeded", null);
      if (webhook.failing_since) await store.noteFailingSince(tx.db, webhook.id, null);
      return undefined;
    }
    if (delivery.state !== "pending") return undefined;
    const next = await settleFailure(tx, delivery, webhook, outcome, tools.random);
    return next ? { againAt: next } : undefined;
  });
}

/** Sends once and settles at once: no retries, no consequence for the receiver. For the test button. */
export async function attemptOnce(ctx: Context, deliveryId: string, tools: AttemptTools): Promise<void> {
  const found = await store.findToSend(ctx.db, deliveryId);
  if (!found) return;
  const outcome = await send(found.webhook, found.message, tools, ctx.clock.now());
  await withTransaction(ctx, async (tx) => {
    await keepAttempt(tx, found, outcome);
    await moveDelivery(tx, found, outcome.error === null ? "succeeded" : "failed", null);
  });
}
