/** Webhooks and their deliveries in words. Pure. */
import { formatCount } from "@/lib/client/format";
import type { EventType } from "@/lib/outbox/schema";
import type { Delivery, Webhook } from "@/lib/webhooks/queries";
import type { DeliveryState, WebhookState } from "@/lib/webhooks/schema";

/** What each event tells of, for whoever chooses among them. */
export const eventWords: Record<EventType, string> = {
  "budget.threshold_reached": "Spend crossed a threshold of a budget",
  "budget.exceeded": "A budget is used up",
  "budget_request.created": "Somebody asks for more",
  "budget_request.decided": "A request for more was decided",
  "key.created": "A key was made",
  "key.rotated": "A key got a new secret",
  "key.revoked": "A key was revoked",
  "user.provisioned": "Somebody got an account",
  "user.disabled": "An account was disabled",
  "team.created": "A team was made",
  "webhook.disabled": "A webhook stopped working and was disabled",
};

export const eventTypes = Object.keys(eventWords) as EventType[];

export const webhookTones = { enabled: "ok", failing: "warn", disabled: "neutral" } as const;
export const webhookWords: Record<WebhookState, string> = {
  enabled: "Enabled",
  failing: "Failing",
  disabled: "Disabled",
};

export function stateOf({ enabled, failing_since }: Pick<Webhook, "enabled" | "failing_since">): WebhookState {
  if (!enabled) return "disabled";
  return failing_since ? "failing" : "enabled";
}

export const deliveryTones = { pending: "accent", succeeded: "ok", failed: "danger", cancelled: "neutral" } as const;
export const deliveryWords: Record<DeliveryState, string> = {
  pending: "Waiting",
  succeeded: "Delivered",
  failed: "Failed",
  cancelled: "Cancelled",
};

/** `hooks.example.com/in`: what one knows an endpoint by. */
export function placeOf(url: string): string {
  const { host, pathname, search } = new URL(url);
  return `${host}${pathname === "/" ? "" : pathname}${search}`;
}

// A URL may have two thousand characters, which no title has room for.
const longestName = 120;

/** What a webhook is called: what somebody wrote about it, or else where it leads. */
export function nameOf({ description, url }: Pick<Webhook, "description" | "url">): string {
  const name = description ?? placeOf(url);
  return name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
}

/** Of the deliveries whose fate is known, the share that arrived: `98.2 %`. Never rounded up to all of them. */
export function shareOf({ succeeded, failed }: { succeeded: number; failed: number }): string | null {
  const settled = succeeded + failed;
  if (settled === 0) return null;
  return `${formatCount(Math.floor((succeeded / settled) * 1_000) / 10)} %`;
}

type Outcome = Pick<NonNullable<Delivery["last_attempt"]>, "status_code" | "error">;

/** What came of an attempt: `200`, `500: Answered 500.` reads `500`, no answer reads its sentence. */
export function outcomeOf({ status_code, error }: Outcome): string {
  return status_code === null ? (error ?? "No answer") : String(status_code);
}
