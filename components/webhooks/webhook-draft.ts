/** A webhook as it is being written, and as it is sent. Pure. */
import type { EventType } from "@/lib/outbox/schema";
import type { NewWebhook, Webhook, WebhookChange } from "@/lib/webhooks/queries";

export interface WebhookDraft {
  url: string;
  description: string;
  /** Every event, also those that come to be with a later version. */
  isAll: boolean;
  events: readonly EventType[];
}

/** The fields that the form shows problems of. */
export const webhookFields = ["url", "description", "events"] as const;

export const emptyDraft: WebhookDraft = { url: "", description: "", isAll: true, events: [] };

export function draftOf({ url, description, events }: Webhook): WebhookDraft {
  return { url, description: description ?? "", isAll: events.length === 0, events: events as EventType[] };
}

/** With no event chosen there is nothing to send: an empty list would mean all of them. */
export function isComplete({ url, isAll, events }: WebhookDraft): boolean {
  return url.trim() !== "" && (isAll || events.length > 0);
}

export function newWebhookOf(draft: WebhookDraft): NewWebhook {
  const description = draft.description.trim();
  return {
    url: draft.url.trim(),
    events: draft.isAll ? [] : [...draft.events],
    ...(description ? { description } : {}),
  };
}

/** Only what was changed, so that nothing else is overwritten. */
export function changeOf(base: Webhook, draft: WebhookDraft): WebhookChange {
  const next = newWebhookOf(draft);
  const [events, description] = [[...(next.events ?? [])].sort(), next.description ?? null];
  return {
    ...(next.url === base.url ? {} : { url: next.url }),
    ...(description === base.description ? {} : { description }),
    ...(events.join() === [...base.events].sort().join() ? {} : { events }),
  };
}
