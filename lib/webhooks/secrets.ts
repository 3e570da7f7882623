/** Signing secrets at rest: sealed each for its own row and column, opened only to sign or to rotate. Part of lib/webhooks. */
import { getConfig } from "@/lib/config/config";
import type { Webhook } from "@/lib/db/generated/client";
import { seal, unseal } from "@/lib/secrets/key-ring";

type Field = "secret" | "previous_secret";

function placeOf(webhookId: string, field: Field) {
  return { table: "webhooks", row: webhookId, field };
}

export function sealSecret(webhookId: string, field: Field, secret: string): string {
  return seal(getConfig().encryptionKeys, placeOf(webhookId, field), secret);
}

/** Throws an UnsealError. */
export function openSecret(webhookId: string, field: Field, sealed: string): string {
  return unseal(getConfig().encryptionKeys, placeOf(webhookId, field), sealed);
}

/** The secrets that sign at this moment, the newest first. Throws an UnsealError. */
export function openActiveSecrets(webhook: Webhook, nowMs: number): string[] {
  const { id, secret, previous_secret, previous_expires_at } = webhook;
  const isOverlap = previous_secret !== null && previous_expires_at !== null && previous_expires_at.getTime() > nowMs;
  return [openSecret(id, "secret", secret), ...(isOverlap ? [openSecret(id, "previous_secret", previous_secret)] : [])];
}
