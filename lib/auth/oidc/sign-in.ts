/** From a verified ID token to a session: account, role and teams, the refresh token, the record. Called by lib/auth/auth-options. */
import type { Context } from "@/lib/context";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { type SignInClaims, signInClaims, tokenClaims } from "@/lib/provisioning/schema";
import { provision } from "@/lib/provisioning/service";
import { openSession } from "@/lib/sessions/service";
import { readSettings } from "@/lib/settings/service";
import { SignInError } from "@/lib/sign-ins/codes";
import { recordSignIn } from "@/lib/sign-ins/service";
import type { Visit } from "../visit";
import { keepToken } from "./tokens";

const minuteMs = 60_000;

/** What an ID token or userinfo answer says about a person. Throws a SignInError where it cannot be read. */
export function readClaims(token: unknown): SignInClaims {
  const loose = tokenClaims.safeParse(token);
  const claims = signInClaims.safeParse(loose.data);
  if (claims.data) return claims.data;
  const issue = (loose.error ?? claims.error)?.issues[0];
  throw new SignInError("token_invalid", {
    check: "claims",
    claim: issue?.path.join(".") ?? "",
    found: issue?.message,
  });
}

/** When the groups of whoever was asked about just now are to be asked for again. */
export async function nextDue(ctx: Pick<Context, "db" | "clock">): Promise<Date> {
  const { refresh_minutes } = await readSettings(ctx.db);
  return new Date(ctx.clock.now() + refresh_minutes * minuteMs);
}

function toProblem(error: unknown): SignInError {
  if (error instanceof SignInError) return error;
  // Disabled between the two transactions.
  if (error instanceof AppError && error.code === "forbidden") return new SignInError("user_disabled");
  log.error({ err: error }, "sign-in failed");
  return new SignInError("internal");
}

export async function recordProblem(visit: Visit, problem: SignInError, claims: SignInClaims | null): Promise<void> {
  visit.problem = problem;
  visit.isRecorded = true;
  const { code, details } = problem;
  await recordSignIn(visit.ctx, { method: "oidc", outcome: code, claims, details });
}

/** Lets in whom the claims are about. True if a session was opened; else `visit.problem` says why not. Recorded either way. */
export async function signInByClaims(visit: Visit, token: unknown, refreshToken: string | null): Promise<boolean> {
  const { ctx, client } = visit;
  let claims: SignInClaims | null = null;
  try {
    claims = readClaims(token);
    const { user, identity, details } = await provision(ctx, claims, { cause: "sign_in" });
    await keepToken(ctx.db, identity.id, refreshToken, await nextDue(ctx));
    const session = await openSession(ctx, { holder: { userId: user.id, identityId: identity.id }, client });
    visit.session = { sid: session.id, sub: user.id };
    await recordSignIn(ctx, { method: "oidc", outcome: "ok", claims, userId: user.id, details });
    return true;
  } catch (error) {
    await recordProblem(visit, toProblem(error), claims);
    return false;
  }
}
