/**
 * What every service call carries: who asks, on which connection or transaction, at what time. Built by lib/api for
 * requests and by lib/jobs for work without one.
 */
import { actorOf, type Principal, systemPrincipal } from "@/lib/auth/principal";
import { type Action, covers, type Reach, reachOf } from "@/lib/authz/permissions";
import { type Clock, systemClock } from "@/lib/clock";
import { type Db, inTransaction } from "@/lib/db/client";
import { AppError } from "@/lib/errors";

export interface Context {
  principal: Principal;
  db: Db;
  clock: Clock;
  requestId: string | null;
  /** The caller's network address, for the audit log. */
  address: string | null;
}

/** A context for work that no request asked for. */
export function systemContext(db: Db, name: string, clock: Clock = systemClock): Context {
  return { principal: systemPrincipal(name), db, clock, requestId: null, address: null };
}

/** Runs `work` with a context whose `db` is one transaction: change, audit row and outbox row commit together. */
export function withTransaction<T>(ctx: Context, work: (ctx: Context) => Promise<T>): Promise<T> {
  return inTransaction(ctx.db, (tx) => work({ ...ctx, db: tx }));
}

/** How far the caller may take `action`; 403 if not at all. */
export function requireReach(ctx: Context, action: Action): Reach {
  const reach = reachOf(ctx.principal.authority, action);
  if (!reach) throw new AppError("forbidden", `You need the right "${action}" for this.`);
  return reach;
}

/** 403 unless the caller may take `action` on what belongs to this person or team. */
export function requireCover(
  ctx: Context,
  action: Action,
  target: { userId?: string | null; teamId?: string | null },
): void {
  if (!covers(requireReach(ctx, action), target))
    throw new AppError("forbidden", `You need the right "${action}" here.`);
}

/** `user:usr_…`, `master`, `system:…`: what `created_by` holds. */
export function createdBy(ctx: Context): string {
  const actor = actorOf(ctx.principal);
  return actor.id && actor.type !== "master"
    ? `${actor.type}:${actor.id}`
    : actor.type === "system"
      ? `system:${actor.name}`
      : actor.type;
}

/** 412 if the caller expected another version (`If-Match`) than the row has. */
export function requireVersion(row: { version: number }, expected: number | null): void {
  if (expected === null || expected === row.version) return;
  throw new AppError("precondition_failed", "This was changed meanwhile. Read it again and repeat your change.", {
    details: { version: row.version },
  });
}
