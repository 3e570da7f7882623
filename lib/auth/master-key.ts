/**
 * The master key: kept as a bcrypt hash, checked at the rate that a person needs and a guesser does not. Boot calls
 * ensureMasterKey; lib/auth/authenticate and the sign-in form call verifyMasterKey.
 */
import { timingSafeEqual } from "node:crypto";
import bcrypt from "bcryptjs";
import { recordAudit } from "@/lib/audit/record";
import { type Context, systemContext, withTransaction } from "@/lib/context";
import type { Db } from "@/lib/db/client";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { hashSecret } from "./hash";

const bcryptCost = 12;
const failureWindowMs = 5 * 60_000;
const failuresAllowed = 10;
const lastUseGranularityMs = 60_000;

// The last secret that bcrypt accepted in this process, by digest, so that a script's every call does not pay 200 ms again.
// Whether its row is still active is asked of the database each time.
const accepted = globalThis as unknown as { pllmMasterKey?: { digest: Buffer; id: string } };

function digestOf(secret: string): Buffer {
  return Buffer.from(hashSecret(secret), "hex");
}

/**
 * Makes `secret` the one active master key: keeps the row whose hash matches, else adds one, and retires all others.
 * bcrypt reads 72 bytes only, so it is given the secret's SHA-256 instead (bcryptjs README, "Security considerations").
 */
export async function ensureMasterKey(db: Db, secret: string): Promise<string> {
  const ctx = systemContext(db, "boot");
  return withTransaction(ctx, async (tx) => {
    // Processes that start together must not add a row each.
    await tx.db.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('pllm.master_key'))`;
    const active = await tx.db.masterKey.findMany({ where: { retired_at: null } });
    const matches = await Promise.all(active.map((row) => bcrypt.compare(hashSecret(secret), row.hash)));
    const kept = active.find((_row, index) => matches[index]);
    const now = new Date(ctx.clock.now());
    const stale = active.filter((row) => row !== kept);
    if (stale.length > 0) {
      await tx.db.masterKey.updateMany({
        where: { id: { in: stale.map((row) => row.id) } },
        data: { retired_at: now },
      });
    }
    const id = kept?.id ?? newId("master");
    if (!kept) {
      await tx.db.masterKey.create({
        data: { id, hash: await bcrypt.hash(hashSecret(secret), bcryptCost), created_at: now },
      });
      await recordAudit(tx, {
        action: "master_key.activated",
        target_type: "master_key",
        target_id: id,
        details: { retired: stale.map((row) => row.id) },
      });
    }
    accepted.pllmMasterKey = { digest: digestOf(secret), id };
    return id;
  });
}

async function isMasterKeyActive(db: Db, id: string): Promise<boolean> {
  return (await db.masterKey.count({ where: { id, retired_at: null } })) === 1;
}

async function noteUse(ctx: Context, id: string): Promise<void> {
  const now = ctx.clock.now();
  await ctx.db.masterKey.updateMany({
    where: { id, OR: [{ last_used_at: null }, { last_used_at: { lt: new Date(now - lastUseGranularityMs) } }] },
    data: { last_used_at: new Date(now) },
  });
}

async function refuseTooManyFailures(ctx: Context, address: string): Promise<void> {
  const since = new Date(ctx.clock.now() - failureWindowMs);
  const failures = await ctx.db.signInAttempt.count({ where: { address, created_at: { gte: since } } });
  if (failures < failuresAllowed) return;
  throw new AppError("rate_limited", "Too many failed attempts from this address. Wait five minutes.", {
    retryAfterSeconds: failureWindowMs / 1000,
  });
}

async function noteFailure(ctx: Context, address: string): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    await tx.db.signInAttempt.create({ data: { address, created_at: new Date(ctx.clock.now()) } });
    await recordAudit(tx, { action: "master_key.rejected" });
  });
}

/**
 * The id of the active master key if `secret` is it, else null. Failed attempts are audited and limited to ten in five
 * minutes per address (429 after that); the right key is taken even then, as boot refuses one that could be guessed, and nobody shall
 * lock out those who share their address. `ctx` carries the address; its principal is the system, as nobody is known yet.
 */
export async function verifyMasterKey(ctx: Context, secret: string): Promise<string | null> {
  const digest = digestOf(secret);
  const known = accepted.pllmMasterKey;
  if (known && timingSafeEqual(known.digest, digest) && (await isMasterKeyActive(ctx.db, known.id))) {
    await noteUse(ctx, known.id);
    return known.id;
  }
  const address = ctx.address ?? "unknown";
  await refuseTooManyFailures(ctx, address);
  const active = await ctx.db.masterKey.findMany({ where: { retired_at: null } });
  for (const row of active) {
    if (await bcrypt.compare(hashSecret(secret), row.hash)) {
      accepted.pllmMasterKey = { digest, id: row.id };
      await noteUse(ctx, row.id);
      return row.id;
    }
  }
  await noteFailure(ctx, address);
  return null;
}
