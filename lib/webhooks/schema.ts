/** What webhooks and their deliveries look like on the wire: one schema for API, forms and OpenAPI. */
import { z } from "zod";
import { search, sortBy, sortByDefault } from "@/lib/api/list";
import { dryRun, idOf, isoTime, jsonObject, listFields, maxBulk, pageOf } from "@/lib/api/schemas";
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

export const deliveryStates = ["pending", "succeeded", "failed", "cancelled"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

const webhookFigures = z
  .object({
    since: isoTime.meta({ description: "Seven days ago." }),
    succeeded: z
      .int()
      .meta({ description: "Deliveries of events since then, tests apart, by what has become of them." }),
    failed: z.int(),
    pending: z.int(),
    last_delivery: z
      .object({ id: idOf("delivery"), type: z.string(), state: z.enum(deliveryStates), updated_at: isoTime })
      .nullable()
      .meta({ description: "The newest, whenever that was." }),
  })
  .meta({ id: "WebhookFigures" });
export type WebhookFigures = z.input<typeof webhookFigures>;

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
    figures: webhookFigures.optional().meta({ description: "Where `include=figures` asks for it." }),
  })
  .meta({ id: "Webhook" });

export const webhookWithSecret = z.object({
  webhook: webhookOutput,
  secret: z
    .string()
    .meta({ description: "Shown this once. Verify deliveries with it: https://www.standardwebhooks.com" }),
});

const lastAttempt = z
  .object({ status_code: z.int().nullable(), error: z.string().nullable(), duration_ms: z.int(), created_at: isoTime })
  .nullable();

const deliveryOutput = z
  .object({
    id: idOf("delivery"),
    webhook_id: idOf("webhook"),
    message_id: idOf("message").meta({ description: "The `webhook-id` header, the same in every attempt." }),
    type: z.string(),
    state: z.enum(deliveryStates),
    attempt_count: z.int(),
    next_attempt_at: isoTime.nullable(),
    last_attempt: lastAttempt,
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
    headers: z.record(z.string(), z.string()).meta({
      description: "What is sent along. `webhook-timestamp` and `webhook-signature` are new at every attempt.",
    }),
    payload: jsonObject.meta({ description: "The body that is sent: type, timestamp, data." }),
    attempts: z.array(attemptOutput),
  })
  .meta({ id: "DeliveryDetail" });

const include = z
  .enum(["figures"])
  .optional()
  .meta({ description: "`figures`: with what came of the deliveries of the last seven days." });
export const readWebhookQuery = z.strictObject({ include });
export type ReadWebhookQuery = z.output<typeof readWebhookQuery>;

/** `failing`: enabled, and every attempt since some time has failed. */
export const webhookStates = ["enabled", "failing", "disabled"] as const;
export type WebhookState = (typeof webhookStates)[number];

export const webhookSorts = { created_at: "time" } as const;
export const listWebhooksQuery = z.strictObject({
  ...listFields,
  sort: sortBy(webhookSorts),
  include,
  q: search("Part of the URL or the description."),
  state: z
    .enum(webhookStates)
    .optional()
    .meta({ description: "`failing` ones are enabled, but not among the `enabled`: those work." }),
});
export type ListWebhooksQuery = z.output<typeof listWebhooksQuery>;
/** Sent by the test button alone, to one webhook, whatever it listens to. */
export const testEventType = "webhook.test";
const deliveryFilters = {
  q: search("Part of the event's type, or the message's id."),
  state: z.enum(deliveryStates).optional(),
  type: z
    .enum([...eventTypes, testEventType])
    .optional()
    .meta({ description: "The event's type, in full." }),
};
export type DeliveryFilter = z.output<z.ZodObject<typeof deliveryFilters>>;

export const deliverySorts = { created_at: "time" } as const;
export const listDeliveriesQuery = z.strictObject({
  ...listFields,
  sort: sortByDefault(deliverySorts, "-created_at"),
  ...deliveryFilters,
});
export type ListDeliveriesQuery = z.output<typeof listDeliveriesQuery>;

export const bulkDeliveriesInput = z
  .strictObject({
    action: z.enum(["replay"]),
    ids: z.array(idOf("delivery")).min(1).max(maxBulk).optional(),
    filter: z
      .strictObject({ webhook_id: idOf("webhook"), ...deliveryFilters })
      .optional()
      .meta({ description: `Instead of \`ids\`, as in a webhook's list; it may match at most ${maxBulk} deliveries.` }),
    dry_run: dryRun,
  })
  .refine((input) => (input.ids === undefined) !== (input.filter === undefined), {
    path: ["ids"],
    error: "give either ids or filter",
  });
export type BulkDeliveriesInput = z.output<typeof bulkDeliveriesInput>;

export const webhookPage = pageOf(webhookOutput);
export const deliveryPage = pageOf(deliveryOutput);
export const webhookParams = z.object({ id: z.string() });
