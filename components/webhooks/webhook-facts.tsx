import { Badge } from "@/components/ui/badge";
import { Time } from "@/components/ui/time";
import { formatCount, formatQuantity } from "@/lib/client/format";
import type { Webhook } from "@/lib/webhooks/queries";
import type { DeliveryState } from "@/lib/webhooks/schema";
import { deliveryTones, deliveryWords, shareOf, stateOf, webhookTones, webhookWords } from "./words";

export function DeliveryBadge({ state }: { state: DeliveryState }) {
  return <Badge tone={deliveryTones[state]}>{deliveryWords[state]}</Badge>;
}

/** Whether it works; below it since when not, or why it is off. */
export function WebhookState({ of: webhook }: { of: Webhook }) {
  const state = stateOf(webhook);
  return (
    <>
      <Badge tone={webhookTones[state]}>{webhookWords[state]}</Badge>
      {webhook.failing_since && webhook.enabled ? (
        <span className="block text-xs text-muted">
          since <Time value={webhook.failing_since} />
        </span>
      ) : null}
      {webhook.disabled_reason ? (
        <span className="block text-xs break-words text-muted sm:max-w-56">{webhook.disabled_reason}</span>
      ) : null}
    </>
  );
}

export function Events({ events }: Pick<Webhook, "events">) {
  const [first, ...others] = events;
  if (!first) return <span className="text-muted">All</span>;
  return (
    <span title={events.join(", ")} className="whitespace-nowrap">
      {first}
      {others.length > 0 ? ` +${others.length}` : ""}
    </span>
  );
}

export function LastDelivery({ figures }: Pick<Webhook, "figures">) {
  const last = figures?.last_delivery;
  if (!last) return <span className="text-muted">None yet</span>;
  return (
    <>
      <DeliveryBadge state={last.state} />
      <span className="block text-xs text-muted">
        <Time value={last.updated_at} />
      </span>
    </>
  );
}

/** How much of what was sent in the last seven days arrived. */
export function Delivered({ figures }: Pick<Webhook, "figures">) {
  const share = figures ? shareOf(figures) : null;
  if (!figures || share === null) return <span className="text-muted">–</span>;
  const { succeeded, failed, pending } = figures;
  return (
    <>
      {share}
      <span className="block text-xs text-muted">
        {formatCount(succeeded)} of {formatQuantity(succeeded + failed, "event")}
        {pending > 0 ? `, ${formatCount(pending)} waiting` : ""}
      </span>
    </>
  );
}
