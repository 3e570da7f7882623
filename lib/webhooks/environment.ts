/**
 * The receiver that BUDGET_ALERT_WEBHOOK names: a webhook like any other, except that only the environment changes it. Called at
 * every start, before requests are served. Part of the webhooks domain's service.
 */
import { changedFields, recordAudit } from "@/lib/audit/record";
import type { RunningConfig } from "@/lib/config/config";
import { type Context, withTransaction } from "@/lib/context";
import type { Webhook } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";
import type { EventType } from "@/lib/outbox/schema";
import { UnsealError } from "@/lib/secrets/key-ring";
import { openSecret, sealSecret } from "./secrets";
import { auditView } from "./service";
import { generateWebhookSecret } from "./signature";
import * as store from "./store";

const events: EventType[] = ["budget.exceeded", "budget.threshold_reached"];
const description = "BUDGET_ALERT_WEBHOOK";

type Receiver = Pick<RunningConfig, "alertWebhook" | "alertWebhookSecret">;

async function addReceiver(tx: Context, url: string, secret: string | null): Promise<void> {
  const now = new Date(tx.clock.now());
  const id = newId("webhook", now.getTime());
  const webhook = await store.insertWebhook(tx.db, {
    id,
    url,
    description,
    events,
    source: "environment",
    // Without a secret nobody can verify, yet the signature is there: the receiver then trusts its own URL.
    secret: sealSecret(id, "secret", secret ?? generateWebhookSecret()),
    created_at: now,
    updated_at: now,
  });
  await recordAudit(tx, {
    action: "webhook.created",
    target_type: "webhook",
    target_id: id,
    after: auditView(webhook),
  });
}

function isSecretOf(webhook: Webhook, secret: string): boolean {
  try {
    return openSecret(webhook.id, "secret", webhook.secret) === secret;
  } catch (error) {
    if (error instanceof UnsealError) return false;
    throw error;
  }
}

async function changeReceiver(tx: Context, before: Webhook, url: string | null, secret: string | null): Promise<void> {
  const enabled = url !== null;
  const hasNewSecret = secret !== null && !isSecretOf(before, secret);
  if (before.enabled === enabled && before.url === (url ?? before.url) && !hasNewSecret) return;
  const now = new Date(tx.clock.now());
  const after = await store.updateWebhook(tx.db, before.id, {
    url: url ?? before.url,
    enabled,
    events,
    disabled_reason: enabled ? null : "BUDGET_ALERT_WEBHOOK is not set.",
    failing_since: null,
    secret: hasNewSecret ? sealSecret(before.id, "secret", secret) : before.secret,
    updated_at: now,
  });
  if (!enabled) await store.cancelPending(tx.db, before.id, now);
  await recordAudit(tx, {
    action: "webhook.updated",
    target_type: "webhook",
    target_id: before.id,
    ...changedFields(auditView(before), auditView(after)),
  });
}

/** Makes the row agree with the environment: adds it, changes URL or secret, enables it again, or disables it where it went. */
export async function ensureEnvironmentWebhook(ctx: Context, config: Receiver): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const { alertWebhook: url, alertWebhookSecret: secret } = config;
    const existing = await store.lockEnvironmentWebhook(tx.db);
    if (existing) await changeReceiver(tx, existing, url, secret);
    else if (url) await addReceiver(tx, url, secret);
  });
}
