/**
 * What happens to a key after its creation: change, rotate, revoke, restore, block, unblock, delete. All but rotating are
 * decided from the key as it stands: `perform` carries a decision out, `rehearse` does the same without telling anyone, so
 * that a dry run and the real one cannot differ. Part of the keys domain's service.
 */
import { changedFields, recordAudit } from "@/lib/audit/record";
import { type Context, requireVersion, withTransaction } from "@/lib/context";
import type { Key, Prisma, User } from "@/lib/db/generated/client";
import { parseDuration } from "@/lib/durations";
import { AppError } from "@/lib/errors";
import { toJson } from "@/lib/json";
import { emitEvent } from "@/lib/outbox/emit";
import type { EventType } from "@/lib/outbox/schema";
import { findPerson } from "@/lib/users/service";
import { type Bounds, findExcess, keyStatus } from "./chain";
import { requireGrantable, requireWithinAuthority } from "./grants";
import { requireAdminFor } from "./ownership";
import type { RevokeKeyInput, RotateKeyInput, UpdateKeyInput } from "./schema";
import {
  announced,
  getKeyFor,
  type KeyView,
  type KeyWithSecret,
  newSecret,
  presentKey,
  readExpiry,
  requireGuestExpiry,
  requireNoExcess,
  requireNoGuestScopes,
} from "./service";
import * as store from "./store";

const restorableMs = 30 * 86_400_000;

interface Deed {
  /** As the audit log names it. */
  action: string;
  /** The columns to change; null deletes the key. */
  change: Prisma.KeyUncheckedUpdateInput | null;
  event?: { type: EventType; data: Record<string, unknown> };
}

/** Says what is to be done, or throws why not. Rights on the key have been checked. */
export type Decide = (ctx: Context, key: store.KeyInChain) => Deed | Promise<Deed>;

function conflict(message: string): never {
  throw new AppError("conflict", message);
}

function requireNotRevoked(key: Key): void {
  if (key.revoked_at) conflict("This key has been revoked. Restore it first.");
}

async function findOwner(ctx: Context, key: Key): Promise<User | null> {
  return key.user_id ? ((await findPerson(ctx, key.user_id))?.user ?? null) : null;
}

/** What a key is called and may do can be changed; not whose it is, nor its secret. */
export function decideUpdate(input: UpdateKeyInput & { expires_in?: string | undefined }): Decide {
  return async (ctx, key) => {
    requireNotRevoked(key);
    const { metadata, expires_in: _expiresIn, ...fields } = input;
    const [, ...parents] = store.chainOf(key);
    const expires_at = readExpiry(ctx.clock.now(), input);
    requireNoExcess(findExcess({ ...fields, expires_at } as Partial<Bounds>, parents));
    if (expires_at !== undefined) requireGuestExpiry(key.type, key.parent, expires_at);
    if (input.scopes) {
      requireNoGuestScopes(key.type, input.scopes);
      const holder = { type: key.type, team_id: key.team_id, scopes: input.scopes };
      await requireGrantable(ctx, holder, await findOwner(ctx, key), parents);
    }
    return {
      action: "key.updated",
      change: { ...fields, ...(metadata ? { metadata: toJson(metadata) } : {}), expires_at },
    };
  };
}

export function decideRevoke(input: RevokeKeyInput): Decide {
  return (ctx, key) => {
    if (key.revoked_at) conflict("This key is already revoked.");
    const revoked_reason = input.reason ?? null;
    return {
      action: "key.revoked",
      change: { revoked_at: new Date(ctx.clock.now()), revoked_reason },
      event: { type: "key.revoked", data: { ...announced(key), reason: revoked_reason } },
    };
  };
}

export const decideRestore: Decide = (ctx, key) => {
  if (!key.revoked_at) conflict("This key is not revoked.");
  if (key.revoked_at.getTime() + restorableMs < ctx.clock.now())
    conflict("This key was revoked more than 30 days ago and cannot be restored.");
  return { action: "key.restored", change: { revoked_at: null, revoked_reason: null } };
};

export const decideBlock: Decide = (ctx, key) => {
  requireNotRevoked(key);
  if (key.blocked_at) conflict("This key is already blocked.");
  return { action: "key.blocked", change: { blocked_at: new Date(ctx.clock.now()) } };
};

export const decideUnblock: Decide = (_ctx, key) => {
  requireNotRevoked(key);
  if (!key.blocked_at) conflict("This key is not blocked.");
  return { action: "key.unblocked", change: { blocked_at: null } };
};

export const decideDelete: Decide = (ctx, key) => {
  const status = keyStatus(store.chainOf(key), ctx.clock.now());
  if (status !== "revoked" && status !== "expired")
    conflict("Only a revoked or expired key can be deleted. Revoke it first.");
  return { action: "key.deleted", change: null };
};

interface Done {
  before: store.KeyInChain;
  /** Null once deleted. */
  after: store.KeyInChain | null;
  /** Keys that went along because they were made from a deleted one. */
  childIds: string[];
  deed: Deed;
}

async function apply(ctx: Context, id: string, decide: Decide): Promise<Done> {
  await store.lockKeys(ctx.db, [id]);
  const before = await getKeyFor(ctx, "keys.write", id);
  requireAdminFor(ctx, before.type);
  const deed = await decide(ctx, before);
  if (!deed.change) return { before, after: null, childIds: await store.deleteKey(ctx.db, id), deed };
  const after = await store.updateKey(ctx.db, id, { ...deed.change, updated_at: new Date(ctx.clock.now()) });
  return { before, after, childIds: [], deed };
}

/** Carries a decision out, with its event and audit entry, in one transaction. */
export function perform(ctx: Context, id: string, decide: Decide): Promise<Done> {
  return withTransaction(ctx, async (tx) => {
    const done = await apply(tx, id, decide);
    const { before, after, childIds, deed } = done;
    if (deed.event) await emitEvent(tx, deed.event.type, deed.event.data);
    const change = after
      ? changedFields(store.columnsOf(before), store.columnsOf(after))
      : { before: { ...store.columnsOf(before) }, details: { child_key_ids: childIds } };
    await recordAudit(tx, { action: deed.action, target_type: "key", target_id: id, ...change });
    return done;
  });
}

/** Changes the rows as `perform` would and tells nobody: for a transaction that is rolled back. */
export async function rehearse(ctx: Context, id: string, decide: Decide): Promise<void> {
  await apply(ctx, id, decide);
}

function performAndShow(ctx: Context, id: string, decide: Decide): Promise<KeyView> {
  return withTransaction(ctx, async (tx) => {
    const { before, after } = await perform(tx, id, decide);
    return presentKey(tx, after ?? before);
  });
}

export function updateKey(ctx: Context, id: string, input: UpdateKeyInput, ifVersion: number | null): Promise<KeyView> {
  return performAndShow(ctx, id, (tx, key) => {
    requireVersion(key, ifVersion);
    return decideUpdate(input)(tx, key);
  });
}

/** Refuses the key from now on, everywhere within a second; its children with it. */
export function revokeKey(ctx: Context, id: string, input: RevokeKeyInput): Promise<KeyView> {
  return performAndShow(ctx, id, decideRevoke(input));
}

/** Takes a revocation back, within 30 days. */
export function restoreKey(ctx: Context, id: string): Promise<KeyView> {
  return performAndShow(ctx, id, decideRestore);
}

export function blockKey(ctx: Context, id: string): Promise<KeyView> {
  return performAndShow(ctx, id, decideBlock);
}

export function unblockKey(ctx: Context, id: string): Promise<KeyView> {
  return performAndShow(ctx, id, decideUnblock);
}

/** Deletes a key that is of no more use, and those made from it. What they used stays on record. */
export async function deleteKey(ctx: Context, id: string): Promise<undefined> {
  await perform(ctx, id, decideDelete);
}

/**
 * Gives a key a new secret. The old one keeps working for `overlap`, an older one for no longer than it would have. 403 where
 * the new secret would let the caller do more than they may.
 */
export function rotateKey(ctx: Context, id: string, input: RotateKeyInput): Promise<KeyWithSecret> {
  return withTransaction(ctx, async (tx) => {
    await store.lockKeys(tx.db, [id]);
    const before = await getKeyFor(tx, "keys.write", id);
    requireAdminFor(tx, before.type);
    const now = new Date(tx.clock.now());
    const status = keyStatus(store.chainOf(before), now.getTime());
    if (status === "revoked" || status === "expired")
      conflict(`This key is ${status} and has no use for a new secret.`);
    await requireWithinAuthority(tx, before, await findOwner(tx, before));
    const oldEnd = new Date(now.getTime() + (input.overlap === "0s" ? 0 : parseDuration(input.overlap)));
    const { secret, hash, ...shown } = newSecret(before.type);
    await store.replaceSecret(tx.db, id, hash, oldEnd, now);
    const key = await store.updateKey(tx.db, id, { ...shown, updated_at: now });
    await emitEvent(tx, "key.rotated", { ...announced(key), old_secret_expires_at: oldEnd });
    await recordAudit(tx, {
      action: "key.rotated",
      target_type: "key",
      target_id: id,
      ...changedFields(store.columnsOf(before), store.columnsOf(key)),
      details: { old_secret_expires_at: oldEnd },
    });
    return { key: await presentKey(tx, key), secret };
  });
}
