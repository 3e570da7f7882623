/**
 * Webhooks: receivers of events, after Standard Webhooks. Routes call this for the endpoints themselves; ./deliveries shows and replays
 * what was sent, ./dispatch queues it, ./attempt sends it, ./environment keeps the receiver of BUDGET_ALERT_WEBHOOK.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { changedFields, recordAudit } from "@/lib/audit/record";
import { getConfig } from "@/lib/config/config";
import { type Context, requireReach, requireVersion, withTransaction } from "@/lib/context";
import type { Webhook } from "@/lib/db/generated/client";
import { AppError, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { checkTargetUrl } from "@/lib/net/guard";
import { emitEvent } from "@/lib/outbox/emit";
import {
  type CreateWebhookInput,
  type ListWebhooksQuery,
  type ReadWebhookQuery,
  type RotateSecretInput,
  type UpdateWebhookInput,
  type WebhookFigures,
  webhookSorts,
} from "./schema";
import { openSecret, sealSecret } from "./secrets";
import { generateWebhookSecret } from "./signature";
import * as store from "./store";

export type WebhookView = store.WebhookRow & { source: "api" | "environment"; figures?: WebhookFigures };

function present(row: store.WebhookRow): WebhookView {
  return { ...row, source: row.source === "environment" ? "environment" : "api" };
}

/** What the audit log keeps: the receiver's origin, since the rest of such a URL is often a secret. */
export function auditView({ url, description, events, enabled, disabled_reason }: store.WebhookRow) {
  return { target: new URL(url).origin, description, events, enabled, disabled_reason };
}

export async function requireWebhook(ctx: Context, id: string): Promise<store.WebhookRow> {
  requireReach(ctx, "webhooks.read");
  const webhook = await store.findWebhook(ctx.db, id);
  if (!webhook) throw notFound();
  return webhook;
}

const figuresOverMs = 7 * 86_400_000;

async function presentWithFigures(
  ctx: Context,
  rows: readonly store.WebhookRow[],
  include: ReadWebhookQuery["include"],
): Promise<WebhookView[]> {
  if (!include) return rows.map(present);
  const since = new Date(ctx.clock.now() - figuresOverMs);
  const ids = rows.map(({ id }) => id);
  const counted = new Map((await store.countDeliveries(ctx.db, ids, since)).map((row) => [row.id, row]));
  return rows.map((row) => {
    const count = counted.get(row.id);
    if (!count) return present(row);
    const { succeeded, failed, pending, last_id, last_type, last_state, last_at } = count;
    const last_delivery = last_id
      ? { id: last_id, type: last_type, state: last_state, updated_at: last_at.toISOString() }
      : null;
    return { ...present(row), figures: { since: since.toISOString(), succeeded, failed, pending, last_delivery } };
  });
}

export async function getWebhook(ctx: Context, id: string, { include }: ReadWebhookQuery = {}): Promise<WebhookView> {
  const [view] = await presentWithFigures(ctx, [await requireWebhook(ctx, id)], include);
  if (!view) throw notFound();
  return view;
}

export async function listWebhooks(ctx: Context, query: ListWebhooksQuery): Promise<Page<WebhookView>> {
  requireReach(ctx, "webhooks.read");
  const page = toPage(await store.listWebhooks(ctx.db, query, keyset(query, webhookSorts)), query);
  return { ...page, data: await presentWithFigures(ctx, page.data, query.include) };
}

function requireAllowedTarget(url: string): string {
  return checkTargetUrl(url, getConfig().privateTargets).href;
}

/** Registers a receiver; the answer's secret is never shown again. */
export function createWebhook(
  ctx: Context,
  input: CreateWebhookInput,
): Promise<{ webhook: WebhookView; secret: string }> {
  return withTransaction(ctx, async (tx) => {
    requireReach(tx, "webhooks.write");
    const now = new Date(tx.clock.now());
    const id = newId("webhook", now.getTime());
    const secret = generateWebhookSecret();
    const webhook = await store.insertWebhook(tx.db, {
      id,
      url: requireAllowedTarget(input.url),
      description: input.description ?? null,
      events: input.events,
      secret: sealSecret(id, "secret", secret),
      created_at: now,
      updated_at: now,
    });
    await recordAudit(tx, {
      action: "webhook.created",
      target_type: "webhook",
      target_id: id,
      after: auditView(webhook),
    });
    return { webhook: present(webhook), secret };
  });
}

async function lockToChange(tx: Context, id: string): Promise<Webhook> {
  requireReach(tx, "webhooks.write");
  const webhook = await store.lockWebhook(tx.db, id);
  if (!webhook) throw notFound();
  if (webhook.source === "environment")
    throw new AppError("conflict", "This webhook is BUDGET_ALERT_WEBHOOK and can only be changed there.");
  return webhook;
}

export function updateWebhook(
  ctx: Context,
  id: string,
  input: UpdateWebhookInput,
  ifVersion: number | null,
): Promise<WebhookView> {
  return withTransaction(ctx, async (tx) => {
    const before = await lockToChange(tx, id);
    requireVersion(before, ifVersion);
    const now = new Date(tx.clock.now());
    const { url, enabled } = input;
    const webhook = await store.updateWebhook(tx.db, id, {
      ...input,
      url: url === undefined ? undefined : requireAllowedTarget(url),
      // Whoever enables it again gives it a fresh start.
      ...(enabled === true ? { disabled_reason: null, failing_since: null } : {}),
      ...(enabled === false && before.enabled ? { disabled_reason: "Disabled by an administrator." } : {}),
      updated_at: now,
    });
    if (!webhook.enabled) await store.cancelPending(tx.db, id, now);
    await recordAudit(tx, {
      action: "webhook.updated",
      target_type: "webhook",
      target_id: id,
      ...changedFields(auditView(before), auditView(webhook)),
    });
    return present(webhook);
  });
}

/** Deletes a receiver with all that was ever sent to it. */
export function deleteWebhook(ctx: Context, id: string): Promise<undefined> {
  return withTransaction(ctx, async (tx) => {
    const webhook = await lockToChange(tx, id);
    await store.deleteWebhook(tx.db, id);
    await recordAudit(tx, {
      action: "webhook.deleted",
      target_type: "webhook",
      target_id: id,
      before: auditView(webhook),
    });
    return undefined;
  });
}

/** Gives the webhook a new secret; the old one signs beside it for `overlap` milliseconds. An older one stops at once. */
export function rotateSecret(
  ctx: Context,
  id: string,
  { overlap }: RotateSecretInput,
): Promise<{ webhook: WebhookView; secret: string }> {
  return withTransaction(ctx, async (tx) => {
    const before = await lockToChange(tx, id);
    const now = tx.clock.now();
    const secret = generateWebhookSecret();
    const former = openSecret(id, "secret", before.secret);
    const webhook = await store.updateWebhook(tx.db, id, {
      secret: sealSecret(id, "secret", secret),
      previous_secret: overlap > 0 ? sealSecret(id, "previous_secret", former) : null,
      previous_expires_at: overlap > 0 ? new Date(now + overlap) : null,
      updated_at: new Date(now),
    });
    await recordAudit(tx, {
      action: "webhook.secret_rotated",
      target_type: "webhook",
      target_id: id,
      details: { previous_expires_at: webhook.previous_expires_at },
    });
    return { webhook: present(webhook), secret };
  });
}

/** Stops sending to a receiver that does not work, and tells the others. Call it in the transaction that found out. */
export async function disableWebhook(tx: Context, webhook: Webhook, reason: string): Promise<void> {
  const now = new Date(tx.clock.now());
  const after = await store.updateWebhook(tx.db, webhook.id, {
    enabled: false,
    disabled_reason: reason,
    updated_at: now,
  });
  await store.cancelPending(tx.db, webhook.id, now);
  await emitEvent(tx, "webhook.disabled", {
    webhook_id: webhook.id,
    target: new URL(webhook.url).origin,
    description: webhook.description,
    reason,
    failing_since: webhook.failing_since,
  });
  await recordAudit(tx, {
    action: "webhook.disabled",
    target_type: "webhook",
    target_id: webhook.id,
    ...changedFields(auditView(webhook), auditView(after)),
  });
}
