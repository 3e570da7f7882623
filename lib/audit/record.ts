/**
 * Adds to the audit log. Services call it inside the transaction of the change that it tells of, so that the log never
 * claims what did not happen nor misses what did.
 *
 * Every entry carries SHA-256 over the previous entry's hash and its own content; altering, removing or reordering entries
 * breaks the chain from there on (verify: lib/audit/service). The head row is locked until the transaction ends.
 */
import { createHash } from "node:crypto";
import { actorOf } from "@/lib/auth/principal";
import type { Context } from "@/lib/context";
import type { Db } from "@/lib/db/client";
import { newId } from "@/lib/ids";
import { toJson } from "@/lib/json";

export interface AuditChange {
  /** `<resource>.<verb in the past>`, e.g. `key.revoked`. */
  action: string;
  target_type?: string;
  target_id?: string;
  /** The fields that changed, as they were and as they are; secrets never among them. */
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  details?: Record<string, unknown>;
}

/** What the hash covers, in this order. */
export interface HashedEntry {
  seq: bigint;
  id: string;
  created_at: Date;
  actor_type: string;
  actor_id: string | null;
  actor_name: string | null;
  action: string;
  target_type: string | null;
  target_id: string | null;
  before: unknown;
  after: unknown;
  details: unknown;
  request_id: string | null;
  address: string | null;
}

// Postgres's jsonb does not keep the order of keys, so the hash is taken over a canonical form (RFC 8785's key order).
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
}

export function hashEntry(previousHash: string, entry: HashedEntry): string {
  const fields = [
    previousHash,
    entry.seq.toString(),
    entry.id,
    entry.created_at.toISOString(),
    entry.actor_type,
    entry.actor_id,
    entry.actor_name,
    entry.action,
    entry.target_type,
    entry.target_id,
    entry.before ?? null,
    entry.after ?? null,
    entry.details ?? null,
    entry.request_id,
    entry.address,
  ];
  return createHash("sha256")
    .update(JSON.stringify(canonical(fields)))
    .digest("hex");
}

export interface ChainHead {
  /** The last entry; 0 before the first. */
  seq: bigint;
  hash: string;
  /** The last entry that retention has let go; 0 where it has let go none. */
  anchor_seq: bigint;
  anchor_hash: string;
}

/** The chain's ends; whoever else writes waits until this transaction is over. */
export async function lockHead(db: Db): Promise<ChainHead> {
  const rows = await db.$queryRaw<
    ChainHead[]
  >`SELECT seq, hash, anchor_seq, anchor_hash FROM audit_head WHERE id = 1 FOR UPDATE`;
  const head = rows[0];
  if (!head) throw new Error("audit_head has no row: the database was not set up by this product's migrations");
  return head;
}

/** Appends one entry. Call it last in the transaction: the chain's head stays locked until commit. */
export async function recordAudit(ctx: Context, change: AuditChange): Promise<void> {
  const actor = actorOf(ctx.principal);
  const head = await lockHead(ctx.db);
  const now = new Date(ctx.clock.now());
  const entry = {
    seq: head.seq + 1n,
    id: newId("audit", now.getTime()),
    created_at: now,
    actor_type: actor.type,
    actor_id: actor.id,
    actor_name: actor.name,
    action: change.action,
    target_type: change.target_type ?? null,
    target_id: change.target_id ?? null,
    before: change.before === undefined ? undefined : toJson(change.before),
    after: change.after === undefined ? undefined : toJson(change.after),
    details: change.details === undefined ? undefined : toJson(change.details),
    request_id: ctx.requestId,
    address: ctx.address,
  };
  const hash = hashEntry(head.hash, entry as HashedEntry);
  await ctx.db.auditEntry.create({ data: { ...entry, hash } });
  await ctx.db.auditHead.update({ where: { id: 1 }, data: { seq: entry.seq, hash } });
}

/** The fields whose values differ, as `before` and `after` of an audit entry. */
export function changedFields(before: object, after: object): Pick<AuditChange, "before" | "after"> {
  const old = toJson(before);
  const fresh = toJson(after);
  const names = Object.keys(fresh).filter(
    (name) => !["updated_at", "version"].includes(name) && JSON.stringify(old[name]) !== JSON.stringify(fresh[name]),
  );
  const pick = (from: Record<string, unknown>) => Object.fromEntries(names.map((name) => [name, from[name]]));
  return { before: pick(old), after: pick(fresh) };
}
