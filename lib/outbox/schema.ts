/** The event catalogue, and the job that takes an event to its receivers. Pure: whoever writes to the outbox imports it. */

export const eventTypes = [
  "budget.threshold_reached",
  "budget.exceeded",
  "budget_request.created",
  "budget_request.decided",
  "key.created",
  "key.rotated",
  "key.revoked",
  "user.provisioned",
  "user.disabled",
  "team.created",
  "webhook.disabled",
] as const;
export type EventType = (typeof eventTypes)[number];

/** Its payload is `{message_id}`. */
export const dispatchJob = "messages.dispatch";
