/** Signing in to the console with the master key: break-glass, beside the identity provider. Called by next-auth through lib/auth/auth-options. */
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { openSession } from "@/lib/sessions/service";
import { readSettings } from "@/lib/settings/service";
import { SignInError } from "@/lib/sign-ins/codes";
import { recordSignIn } from "@/lib/sign-ins/service";
import { verifyMasterKey } from "./master-key";
import type { Visit } from "./visit";

async function verifyAndOpen(visit: Visit, masterKey: string): Promise<NonNullable<Visit["session"]>> {
  const { ctx, client } = visit;
  if (!(await readSettings(ctx.db)).master_key_sign_in) throw new SignInError("master_key_disabled");
  const id = await verifyMasterKey(ctx, masterKey.trim());
  if (!id) throw new SignInError("master_key_wrong");
  const session = await openSession(ctx, { holder: { masterKeyId: id }, client });
  return { sid: session.id, sub: id };
}

function toProblem(error: unknown): SignInError {
  if (error instanceof SignInError) return error;
  if (error instanceof AppError && error.code === "rate_limited") return new SignInError("rate_limited");
  log.error({ err: error }, "sign-in with the master key failed");
  return new SignInError("internal");
}

/**
 * Opens a session for whoever has the master key, and keeps a record either way. Throws an Error whose message is the code of what
 * went wrong: next-auth puts it into an address, where neither a sentence for the log nor a secret belongs.
 */
export async function signInWithMasterKey(visit: Visit, masterKey: string): Promise<{ id: string }> {
  try {
    visit.session = await verifyAndOpen(visit, masterKey);
  } catch (error) {
    visit.problem = toProblem(error);
    await recordSignIn(visit.ctx, { method: "master_key", outcome: visit.problem.code });
    throw new Error(visit.problem.code);
  }
  await recordSignIn(visit.ctx, { method: "master_key", outcome: "ok" });
  return { id: visit.session.sub };
}
