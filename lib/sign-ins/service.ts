/**
 * What came of each sign-in, kept so that an admin can find out why somebody could not. The sign-in itself records; the
 * troubleshooter and the preview of the mapping read.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { type Context, requireReach, withTransaction } from "@/lib/context";
import type { Prisma, SignIn } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";
import { toJson } from "@/lib/json";
import { log } from "@/lib/log";
import { isSignInCode, type SignInCode, signInProblems } from "./codes";
import { type ListSignInsQuery, type SignInMethod, signInSorts } from "./schema";
import * as store from "./store";

const kept = 10_000;

/** The claims that accounts, roles and teams depend on. */
export interface KeptClaims {
  issuer: string;
  subject: string;
  email: string | null;
  email_verified: boolean;
  groups: string[];
}

export interface SignInRecord {
  method: SignInMethod;
  outcome: "ok" | SignInCode;
  /** Where the issuer's answer could be read; only what mapping looks at is kept of it. */
  claims?: KeptClaims | null;
  userId?: string | null;
  /** Words for an admin; never a secret or a token. */
  details?: Readonly<Record<string, unknown>>;
}

function keepClaims({ issuer, subject, email, email_verified, groups }: KeptClaims): KeptClaims {
  return { issuer, subject, email, email_verified, groups };
}

/**
 * Keeps what came of a sign-in, with the caller's address, and of all of them the last 10,000. Call it outside of the sign-in's own
 * transaction. A record that cannot be written is logged and nothing more: it decides on nobody's sign-in.
 */
export async function recordSignIn(ctx: Context, record: SignInRecord): Promise<void> {
  const { method, outcome, claims, userId, details } = record;
  const now = new Date(ctx.clock.now());
  const row: Prisma.SignInCreateInput = {
    id: newId("signIn", now.getTime()),
    method,
    outcome,
    user_id: userId ?? null,
    issuer: claims?.issuer ?? null,
    subject: claims?.subject ?? null,
    email: claims?.email ?? null,
    address: ctx.address,
    created_at: now,
    ...(claims ? { claims: toJson(keepClaims(claims)) } : {}),
    ...(details ? { details: toJson(details) } : {}),
  };
  try {
    await withTransaction(ctx, async (tx) => {
      await store.insertSignIn(tx.db, row);
      await store.deleteOldest(tx.db, kept);
    });
  } catch (error) {
    log.error({ err: error, method, outcome }, "a sign-in could not be recorded");
  }
}

type Told = Pick<SignInView, "outcome" | "title" | "cause" | "remedy">;

// A row that an older version wrote may have a code that is no longer there.
function tell(outcome: string): Told {
  if (outcome === "ok") return { outcome, title: "Signed in.", cause: null, remedy: null };
  const code = isSignInCode(outcome) ? outcome : "internal";
  return { outcome: code, ...signInProblems[code] };
}

export interface SignInView extends Omit<SignIn, "method" | "outcome" | "claims"> {
  method: SignInMethod;
  outcome: "ok" | SignInCode;
  title: string;
  cause: string | null;
  remedy: string | null;
  claims: KeptClaims | null;
}

function presentSignIn(row: SignIn): SignInView {
  const claims = row.claims as unknown as KeptClaims | null;
  return { ...row, method: row.method as SignInMethod, claims, ...tell(row.outcome) };
}

/** A page of sign-ins, newest first. */
export async function listSignIns(ctx: Context, query: ListSignInsQuery): Promise<Page<SignInView>> {
  const reach = requireReach(ctx, "settings.read");
  const page = toPage(await store.listSignIns(reach, ctx.db, query, keyset(query, signInSorts)), query);
  return { ...page, data: page.data.map(presentSignIn) };
}

/** The claims of a past sign-in; null where there is no such sign-in or none were read. */
export async function findClaims(ctx: Context, id: string): Promise<KeptClaims | null> {
  const row = await store.findSignIn(requireReach(ctx, "settings.read"), ctx.db, id);
  return row ? presentSignIn(row).claims : null;
}
