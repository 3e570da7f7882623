/** What webhooks and their deliveries look like on the wire: one schema for API, forms and OpenAPI. */
import { z } from "zod";
import { search, sortBy, sortByDefault } from "@/lib/api/list";
import { idOf, isoTime, jsonObject, listFields, pageOf } from "@/lib/api/schemas";
import { parseDuration } from "@/lib/durations";
import { eventTypes } from "@/lib/outbox/schema";

const url = z
  .string()
  .max(2_000)
  .meta({
    description: "http or https, and public unless PLLM_PRIVATE_TARGETS allows it. Redirects are not followed.",
    examples: ["https://example.com/hooks/pllm"],
  });
const description = z.string().trim().max(200).nullish();
const events = z
  .array(z.enum(eventTypes))
  .max(eventTypes.length * 2)
  .transform((list) => [...new Set(list)].sort())
  .meta({ description: "Event types to receive; empty: all of them." });

export const createWebhookInput = z.strictObject({ url, events: events.default([]), description });
export type CreateWebhookInput = z.output<typeof createWebhookInput>;

export const updateWebhookInput = z.strictObject({
  url: url.optional(),
  events: events.optional(),
  description,
  enabled: z.boolean().optional().meta({ description: "`true` also forgets why and since when the endpoint failed." }),
});
export type UpdateWebhookInput = z.output<typeof updateWebhookInput>;

const longestOverlapMs = 30 * 86_400_000;

function isOverlap(text: string): boolean {
  if (text === "0s") return true;
  try {
    return parseDuration(text) <= longestOverlapMs;
  } catch {
    return false;
  }
}

export const rotateSecretInput = z.strictObject({
  overlap: z
    .string()
    .refine(isOverlap, "must be a duration such as 30m or 24h, of at most 30d; 0s for none")
    .default("24h")
    .transform((text) => (text === "0s" ? 0 : parseDuration(text)))
    .meta({ description: "How long deliveries carry a signature by the old secret as well." }),
});
export type RotateSecretInput = z.output<typeof rotateSecretInput>;

export const webhookOutput = z
  .object({
    id: idOf("webhook"),
    url: z.string(),
    description: z.string().nullable(),
    events: z.array(z.string()),
    enabled: z.boolean(),
    disabled_reason: z.string().nullable(),
    failing_since: isoTime.nullable().meta({ description: "Since then every attempt has failed." }),
    source: z.enum(["api", "environment"]),
    previous_expires_at: isoTime
      .nullable()
      .meta({ description: "Until then the secret before the last rotation signs too." }),
    created_at: isoTime,
    updated_at: isoTime,
    version: z.int(),
  })
  .meta({ id: "Webhook" });

export const webhookWithSecret = z.object({
  webhook: webhookOutput,
  secret: z
    .string()
    .meta({ description: "Shown this once. Verify deliveries with it: https://www.standardwebhooks.com" }),
});

export const deliveryStates = ["pending", "succeeded", "failed", "cancelled"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

const deliveryOutput = z
  .object({
    id: idOf("delivery"),
    webhook_id: idOf("webhook"),
    message_id: idOf("message").meta({ description: "The `webhook-id` header, the same in every attempt." }),
    type: z.string(),
    state: z.enum(deliveryStates),
    attempt_count: z.int(),
    next_attempt_at: isoTime.nullable(),
    created_at: isoTime,
    updated_at: isoTime,
  })
  .meta({ id: "Delivery" });

const attemptOutput = z.object({
  id: idOf("attempt"),
  status_code: z.int().nullable(),
  error: z.string().nullable(),
  duration_ms: z.int(),
  response_snippet: z.string().nullable().meta({ description: "The first kilobyte of the answer." }),
  created_at: isoTime,
});

export const deliveryDetail = deliveryOutput
  .extend({
    payload: jsonObject.meta({ description: "The body that is sent: type, timestamp, data." }),
    attempts: z.array(attemptOutput),
  })
  .meta({ id: "DeliveryDetail" });

export const webhookSorts = { created_at: "time" } as const;
export const listWebhooksQuery = z.strictObject({
  ...listFields,
  sort: sortBy(webhookSorts),
  q: search("Part of the URL or the description."),
});
export type ListWebhooksQuery = z.output<typeof listWebhooksQuery>;
export const deliverySorts = { created_at: "time" } as const;
export const listDeliveriesQuery = z.strictObject({
  ...listFields,
  sort: sortByDefault(deliverySorts, "-created_at"),
  q: search("Part of the event's type, or the message's id."),
  state: z.enum(deliveryStates).optional(),
});
export type ListDeliveriesQuery = z.output<typeof listDeliveriesQuery>;

export const webhookPage = pageOf(webhookOutput);
export const deliveryPage = pageOf(deliveryOutput);
export const webhookParams = z.object({ id: z.string() });
