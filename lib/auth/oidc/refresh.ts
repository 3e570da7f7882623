/**
 * Asks the identity provider again for the groups of those who have signed in, so that a group that somebody lost binds without
 * anybody clicking anything. A job (lib/jobs/registry).
 *
 * A process that ends between the provider's answer and its own note of it may lose a token that was exchanged for a new one: the
 * provider then refuses the old one, and the person signs in again.
 */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { recordAudit } from "@/lib/audit/record";
import { getConfig } from "@/lib/config/config";
import { type Context, withTransaction } from "@/lib/context";
import { defineJob } from "@/lib/jobs/job";
import { log } from "@/lib/log";
import { provision } from "@/lib/provisioning/service";
import { endSessionsOf } from "@/lib/sessions/service";
import { readSettings } from "@/lib/settings/service";
import { SignInError } from "@/lib/sign-ins/codes";
import { refreshTokens } from "./client";
import { type ProviderSettings, readProviderSettings } from "./discovery";
import { nextDue, readClaims } from "./sign-in";
import { claimDue, type DueIdentity, dropToken, followToken, openToken } from "./tokens";

const everyMs = 5_000;
/** Whoever takes an identity has it for so long; a process that died meanwhile leaves it to the next. */
const leaseMs = 120_000;
const batch = 16;
/** One run makes room for other work now and then. */
const longestRunMs = 60_000;
const shortestWaitMs = 30_000;
const longestWaitMs = 15 * 60_000;
/** How long a directory behind the provider may be down before those who came from it have to sign in again. */
const shortestPatienceMs = 3_600_000;

export type RefreshOutcome = "applied" | "refused" | "postponed";

// RFC 6749, section 5.2, has the first for a token that is over; Dex says the second of one that was replaced, revoked or has expired.
const refusals: readonly unknown[] = ["invalid_grant", "invalid_request"];

function isRefused({ code, details }: SignInError): boolean {
  // Also where the answer is about somebody else: what that token stands for is not this person any more.
  return (
    (code === "provider_refused" && refusals.includes(details.error)) ||
    (code === "token_invalid" && details.check === "subject") ||
    code === "user_disabled"
  );
}

/**
 * Dex tells apart neither a person whom the directory behind it does not have any more nor one outside the groups that it asks for from
 * a directory that is down: all are an error 500 with this code. Nobody stays signed in on that for long.
 */
async function isUnknownForLong(ctx: Context, identity: DueIdentity, { code, details }: SignInError): Promise<boolean> {
  if (code !== "provider_unreachable" || !refusals.includes(details.error)) return false;
  const { refresh_minutes } = await readSettings(ctx.db);
  const patienceMs = Math.max(shortestPatienceMs, 4 * refresh_minutes * 60_000);
  return ctx.clock.now() - identity.last_sync_at.getTime() >= patienceMs;
}

/** The provider takes the token no more: whoever came in by it has to sign in again. */
async function signOutRefused(ctx: Context, identity: DueIdentity, problem: SignInError): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    // Where a sign-in brought a newer token meanwhile, the refusal of the old one means nothing.
    if (!(await dropToken(tx.db, identity.id, identity))) return;
    const ended = await endSessionsOf(tx, { identityId: identity.id });
    const details = { code: problem.code, ...problem.details, sessions_ended: ended };
    await recordAudit(tx, {
      action: "identity.refresh_refused",
      target_type: "identity",
      target_id: identity.id,
      details,
    });
  });
}

/** Later each time: half as long again as it is overdue by now. */
async function postpone(ctx: Context, identity: DueIdentity): Promise<void> {
  const { refresh_minutes } = await readSettings(ctx.db);
  const overdueMs = ctx.clock.now() - identity.last_sync_at.getTime() - refresh_minutes * 60_000;
  const waitMs = Math.min(Math.max(overdueMs / 2, shortestWaitMs), longestWaitMs);
  await followToken(ctx.db, identity.id, identity, { token: null, dueAt: new Date(ctx.clock.now() + waitMs) });
}

async function refreshOne(ctx: Context, settings: ProviderSettings, identity: DueIdentity): Promise<RefreshOutcome> {
  try {
    const token = openToken(identity.id, identity);
    const { claims, refreshToken } = await refreshTokens(settings, token, identity.subject);
    // First of all: what came back is the only one that counts from now on.
    await followToken(ctx.db, identity.id, identity, { token: refreshToken, dueAt: await nextDue(ctx) });
    await provision(ctx, readClaims(claims), { cause: "refresh" });
    return "applied";
  } catch (error) {
    if (error instanceof SignInError && (isRefused(error) || (await isUnknownForLong(ctx, identity, error)))) {
      await signOutRefused(ctx, identity, error);
      return "refused";
    }
    const cause = error instanceof SignInError ? { code: error.code, ...error.details } : { err: error };
    log.warn({ identity: identity.id, ...cause }, "the groups of a person could not be read again");
    await postpone(ctx, identity);
    return "postponed";
  }
}

/** Refreshes what is due, a batch at once, until nothing is or the time is up. Any number of processes may do so together. */
export async function refreshDue(ctx: Context, signal?: AbortSignal): Promise<Record<RefreshOutcome, number>> {
  const counts = { applied: 0, refused: 0, postponed: 0 };
  const settings = readProviderSettings(getConfig());
  if (!settings) return counts;
  const startedAt = performance.now();
  while (performance.now() - startedAt < longestRunMs && !signal?.aborted) {
    const now = ctx.clock.now();
    const due = await claimDue(ctx.db, {
      issuers: [settings.issuer, `${settings.issuer}/`],
      now: new Date(now),
      leaseUntil: new Date(now + leaseMs),
      take: batch,
    });
    for (const outcome of await Promise.all(due.map((identity) => refreshOne(ctx, settings, identity))))
      counts[outcome]++;
    if (due.length < batch) return counts;
    await delay(0);
  }
  return counts;
}

export const refreshIdentities = defineJob({
  name: "identities.refresh",
  schema: z.object({}),
  everyMs,
  handle: async (ctx) => {
    await refreshDue(ctx, ctx.signal);
    return undefined;
  },
});
