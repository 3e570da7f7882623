/**
 * Rows of webhooks, deliveries and attempts. Only lib/webhooks calls this. Webhooks belong to the installation, so the rights to them
 * are all or nothing: whoever gets here may see every row, and there is no reach to narrow by.
 */
import type { Keyset } from "@/lib/api/pagination";
import type { Db } from "@/lib/db/client";
import type { Delivery, DeliveryAttempt, Message, Prisma, Webhook } from "@/lib/db/generated/client";
import { containing } from "@/lib/db/search";

const withoutSecrets = { secret: true, previous_secret: true } as const;
/** A webhook as anyone but the sender sees it. */
export type WebhookRow = Omit<Webhook, keyof typeof withoutSecrets>;

export function findWebhook(db: Db, id: string): Promise<WebhookRow | null> {
  return db.webhook.findUnique({ where: { id }, omit: withoutSecrets });
}

export function listWebhooks(db: Db, q: string | undefined, page: Keyset): Promise<WebhookRow[]> {
  const named = q ? { OR: [{ url: containing(q) }, { description: containing(q) }] } : {};
  return db.webhook.findMany({
    where: { AND: [named, page.where] },
    orderBy: page.orderBy,
    take: page.take,
    omit: withoutSecrets,
  });
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

export type DeliveryWithMessage = Delivery & { message: Message };

export function listDeliveries(
  db: Db,
  webhookId: string,
  { q, state }: { q?: string | undefined; state?: string | undefined },
  page: Keyset,
): Promise<DeliveryWithMessage[]> {
  const named = q ? { OR: [{ message_id: q }, { message: { type: containing(q) } }] } : {};
  return db.delivery.findMany({
    where: { AND: [{ webhook_id: webhookId, ...(state === undefined ? {} : { state }) }, named, page.where] },
    orderBy: page.orderBy,
    take: page.take,
    include: { message: true },
  });
}

export function findDelivery(
  db: Db,
  id: string,
): Promise<(DeliveryWithMessage & { attempts: DeliveryAttempt[] }) | null> {
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
