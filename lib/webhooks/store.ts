/**
 * Rows of webhooks, deliveries and attempts. Only lib/webhooks calls this. Webhooks belong to the installation, so the rights to them
 * are all or nothing: whoever gets here may see every row, and there is no reach to narrow by.
 */
import type { Keyset } from "@/lib/api/pagination";
import type { Db } from "@/lib/db/client";
import type { Delivery, DeliveryAttempt, Message, Prisma, Webhook } from "@/lib/db/generated/client";
import { containing } from "@/lib/db/search";
import { type DeliveryFilter, type DeliveryState, testEventType, type WebhookState } from "./schema";

const withoutSecrets = { secret: true, previous_secret: true } as const;
/** A webhook as anyone but the sender sees it. */
export type WebhookRow = Omit<Webhook, keyof typeof withoutSecrets>;

export function findWebhook(db: Db, id: string): Promise<WebhookRow | null> {
  return db.webhook.findUnique({ where: { id }, omit: withoutSecrets });
}

const inState: Record<WebhookState, Prisma.WebhookWhereInput> = {
  enabled: { enabled: true, failing_since: null },
  failing: { enabled: true, failing_since: { not: null } },
  disabled: { enabled: false },
};

export interface WebhookFilter {
  q?: string | undefined;
  state?: WebhookState | undefined;
}

export function listWebhooks(db: Db, { q, state }: WebhookFilter, page: Keyset): Promise<WebhookRow[]> {
  const named = q ? { OR: [{ url: containing(q) }, { description: containing(q) }] } : {};
  return db.webhook.findMany({
    where: { AND: [named, state ? inState[state] : {}, page.where] },
    orderBy: page.orderBy,
    take: page.take,
    omit: withoutSecrets,
  });
}

export interface FigureRow {
  id: string;
  succeeded: number;
  failed: number;
  pending: number;
  last_id: string | null;
  last_type: string;
  last_state: DeliveryState;
  last_at: Date;
}

/** What has become of the events sent to each of these webhooks since `since`, tests apart, and its newest delivery. */
export function countDeliveries(db: Db, ids: readonly string[], since: Date): Promise<FigureRow[]> {
  return db.$queryRaw<FigureRow[]>`
    SELECT w.id, c.succeeded, c.failed, c.pending, l.id AS last_id, l.type AS last_type, l.state AS last_state,
      l.updated_at AS last_at
    FROM webhooks w
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE d.state = 'succeeded')::int AS succeeded,
        count(*) FILTER (WHERE d.state = 'failed')::int AS failed,
        count(*) FILTER (WHERE d.state = 'pending')::int AS pending
      FROM deliveries d JOIN messages m ON m.id = d.message_id
      WHERE d.webhook_id = w.id AND d.created_at >= ${since} AND m.type <> ${testEventType}) c
    LEFT JOIN LATERAL (
      SELECT d.id, m.type, d.state, d.updated_at FROM deliveries d JOIN messages m ON m.id = d.message_id
      WHERE d.webhook_id = w.id ORDER BY d.created_at DESC, d.id DESC LIMIT 1) l ON true
    WHERE w.id = ANY(${[...ids]}::text[])`;
}

/** The row, sealed secrets included, locked until the transaction ends. */
export async function lockWebhook(db: Db, id: string): Promise<Webhook | null> {
  await db.$queryRaw`SELECT 1 FROM webhooks WHERE id = ${id} FOR NO KEY UPDATE`;
  return db.webhook.findUnique({ where: { id } });
}

export function insertWebhook(db: Db, data: Prisma.WebhookUncheckedCreateInput): Promise<WebhookRow> {
  return db.webhook.create({ data, omit: withoutSecrets });
}

export function updateWebhook(db: Db, id: string, data: Prisma.WebhookUncheckedUpdateInput): Promise<WebhookRow> {
  return db.webhook.update({
    where: { id },
    data: { ...data, version: { increment: 1 } },
    omit: withoutSecrets,
  });
}

/** Notes since when every attempt has failed; not a change that anyone made, so the version stays. */
export async function noteFailingSince(db: Db, id: string, failingSince: Date | null): Promise<void> {
  await db.webhook.updateMany({ where: { id }, data: { failing_since: failingSince } });
}

export async function deleteWebhook(db: Db, id: string): Promise<void> {
  await db.webhook.delete({ where: { id } });
}

/** Serialises processes that start together and all find the environment's receiver missing. */
export async function lockEnvironmentWebhook(db: Db): Promise<Webhook | null> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('pllm.environment_webhook'))`;
  return db.webhook.findFirst({ where: { source: "environment" } });
}

export async function findSubscribers(db: Db, type: string): Promise<string[]> {
  const rows = await db.webhook.findMany({
    where: { enabled: true, OR: [{ events: { isEmpty: true } }, { events: { has: type } }] },
    select: { id: true },
    orderBy: { id: "asc" },
  });
  return rows.map((row) => row.id);
}

/** Adds the deliveries that are not there yet; answers those. */
export async function insertDeliveries(db: Db, rows: Prisma.DeliveryCreateManyInput[]): Promise<string[]> {
  const made = await db.delivery.createManyAndReturn({ data: rows, skipDuplicates: true, select: { id: true } });
  return made.map((row) => row.id);
}

type DeliveryWithMessage = Delivery & { message: Message };
/** The attempts as far as they were asked for, the newest last. */
export type DeliveryWithAttempts = DeliveryWithMessage & { attempts: DeliveryAttempt[] };

function matches(webhookId: string, { q, state, type }: DeliveryFilter): Prisma.DeliveryWhereInput {
  const named = q ? { OR: [{ message_id: q }, { message: { type: containing(q) } }] } : {};
  const exact = { webhook_id: webhookId, ...(state ? { state } : {}), ...(type ? { message: { type } } : {}) };
  return { AND: [exact, named] };
}

/** Deliveries with their last attempt. */
export function listDeliveries(
  db: Db,
  webhookId: string,
  filter: DeliveryFilter,
  page: Keyset,
): Promise<DeliveryWithAttempts[]> {
  return db.delivery.findMany({
    where: { AND: [matches(webhookId, filter), page.where] },
    orderBy: page.orderBy,
    take: page.take,
    include: { message: true, attempts: { orderBy: [{ created_at: "desc" }, { id: "desc" }], take: 1 } },
  });
}

/** Ids of at most `take` deliveries, the oldest first: the order in which they are to be sent again. */
export async function listDeliveryIds(
  db: Db,
  webhookId: string,
  filter: DeliveryFilter,
  take: number,
): Promise<string[]> {
  const rows = await db.delivery.findMany({
    where: matches(webhookId, filter),
    orderBy: [{ created_at: "asc" }, { id: "asc" }],
    take,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

export function findDelivery(db: Db, id: string): Promise<DeliveryWithAttempts | null> {
  return db.delivery.findUnique({
    where: { id },
    include: { message: true, attempts: { orderBy: [{ created_at: "asc" }, { id: "asc" }] } },
  });
}

/** What an attempt needs: the delivery with its message and its webhook, sealed secrets included. */
export function findToSend(db: Db, id: string): Promise<(DeliveryWithMessage & { webhook: Webhook }) | null> {
  return db.delivery.findUnique({ where: { id }, include: { message: true, webhook: true } });
}

export async function lockDelivery(db: Db, id: string): Promise<Delivery | null> {
  await db.$queryRaw`SELECT 1 FROM deliveries WHERE id = ${id} FOR UPDATE`;
  return db.delivery.findUnique({ where: { id } });
}

export async function updateDelivery(db: Db, id: string, data: Prisma.DeliveryUncheckedUpdateInput): Promise<void> {
  await db.delivery.update({ where: { id }, data });
}

export async function insertAttempt(db: Db, data: Prisma.DeliveryAttemptUncheckedCreateInput): Promise<void> {
  await db.deliveryAttempt.create({ data });
}

/** Whatever still waits to be sent to this webhook is not sent any more. */
export async function cancelPending(db: Db, webhookId: string, now: Date): Promise<void> {
  await db.delivery.updateMany({
    where: { webhook_id: webhookId, state: "pending" },
    data: { state: "cancelled", next_attempt_at: null, updated_at: now },
  });
}

export async function insertMessage(db: Db, data: Prisma.MessageCreateInput): Promise<void> {
  await db.message.create({ data });
}
