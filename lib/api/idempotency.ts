/**
 * Idempotency keys: the same POST sent twice within 24 hours happens once. The stored answer is sealed, since it may hold a
 * new secret. Called by route() alone.
 */
import { createHash } from "node:crypto";
import { actorOf } from "@/lib/auth/principal";
import { getConfig } from "@/lib/config/config";
import type { Context } from "@/lib/context";
import { AppError, invalidField } from "@/lib/errors";
import { log } from "@/lib/log";
import { seal, unseal } from "@/lib/secrets/key-ring";

const keptMs = 24 * 3_600_000;
// A first request that has not answered by then died with its process.
const abandonedMs = 60_000;

export interface StoredAnswer {
  status: number;
  body: string;
}

function placeOf(principal: string, key: string) {
  return { table: "idempotency_records", row: `${principal} ${key}`, field: "response" };
}

function hashRequest(request: Request, rawBody: string): string {
  const { pathname, search } = new URL(request.url);
  return createHash("sha256").update(`${request.method} ${pathname}${search}\n${rawBody}`).digest("hex");
}

/**
 * Runs `perform` unless this principal already sent the same request under the same key, in which case the first answer
 * comes back with `replayed`. Another body under the key is idempotency_mismatch (409). Only successes are kept: what
 * failed may be tried again.
 */
export async function withIdempotency(
  ctx: Context,
  request: Request,
  rawBody: string,
  perform: () => Promise<StoredAnswer>,
): Promise<StoredAnswer & { replayed: boolean }> {
  const key = request.headers.get("idempotency-key");
  if (key === null) return { ...(await perform()), replayed: false };
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw invalidField("idempotency-key", "must be 1 to 255 visible ASCII characters");
  const actor = actorOf(ctx.principal);
  const principal = `${actor.type}:${actor.id ?? ""}`;
  const id = { principal, key };
  const requestHash = hashRequest(request, rawBody);
  const now = ctx.clock.now();
  await ctx.db.idempotencyRecord.deleteMany({
    where: {
      ...id,
      OR: [{ expires_at: { lte: new Date(now) } }, { status: null, created_at: { lte: new Date(now - abandonedMs) } }],
    },
  });
  const claim = { ...id, request_hash: requestHash, created_at: new Date(now), expires_at: new Date(now + keptMs) };
  const claimed = await ctx.db.idempotencyRecord.createMany({ data: [claim], skipDuplicates: true });
  const ring = getConfig().encryptionKeys;
  if (claimed.count === 0) {
    const first = await ctx.db.idempotencyRecord.findUnique({ where: { principal_key: id } });
    if (first && first.request_hash !== requestHash)
      throw new AppError(
        "idempotency_mismatch",
        "This Idempotency-Key was used for a different request. Use a new one.",
      );
    if (!first?.status || !first.response)
      throw new AppError("idempotency_in_progress", "The first request with this Idempotency-Key is still running.", {
        retryAfterSeconds: 1,
      });
    return { status: first.status, body: unseal(ring, placeOf(principal, key), first.response), replayed: true };
  }
  // Should this process be so slow that its claim passed for abandoned, the record is somebody else's by now.
  const own = { ...id, created_at: claim.created_at, request_hash: requestHash };
  const answer = await perform().catch(async (error: unknown) => {
    await ctx.db.idempotencyRecord.deleteMany({ where: own });
    throw error;
  });
  try {
    const response = seal(ring, placeOf(principal, key), answer.body);
    await ctx.db.idempotencyRecord.updateMany({ where: own, data: { status: answer.status, response } });
  } catch (error) {
    // What was asked for has happened: saying otherwise, or forgetting the claim, would make it happen twice.
    log.error({ request_id: ctx.requestId, err: error }, "the answer to an idempotent request could not be kept");
  }
  return { ...answer, replayed: false };
}
