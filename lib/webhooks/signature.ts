/**
 * Signatures of Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). Pure.
 * A secret is `whsec_` and base64 of the key's bytes; a signature is `v1,` and base64 of HMAC-SHA-256 over `<id>.<timestamp>.<body>`.
 */
import { createHmac, randomBytes } from "node:crypto";

const prefix = "whsec_";
const secretBytes = 32;

export function generateWebhookSecret(): string {
  return prefix + randomBytes(secretBytes).toString("base64");
}

export interface SignedContent {
  /** The message's id, the same for every attempt. */
  id: string;
  timestampSeconds: number;
  /** The body exactly as it is sent. */
  body: string;
}

function sign(secret: string, { id, timestampSeconds, body }: SignedContent): string {
  const key = Buffer.from(secret.slice(prefix.length), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestampSeconds}.${body}`).digest("base64")}`;
}

/** The three headers. Each secret gives one signature: during a rotation a receiver may know either. */
export function signedHeaders(secrets: readonly string[], content: SignedContent): Record<string, string> {
  return {
    "webhook-id": content.id,
    "webhook-timestamp": String(content.timestampSeconds),
    "webhook-signature": secrets.map((secret) => sign(secret, content)).join(" "),
  };
}
