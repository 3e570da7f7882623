/** One request of somebody who wants to sign in or out, and what came of it: next-auth's callbacks fill it in, its caller reads it. */
import { type Context, systemContext } from "@/lib/context";
import { getDb } from "@/lib/db/client";
import type { SignInError } from "@/lib/sign-ins/codes";

export interface Visit {
  /** The system's: nobody is known yet. Carries the browser's address. */
  ctx: Context;
  /** How the browser names itself. */
  client: string | null;
  /** Why it came to nothing. */
  problem: SignInError | null;
  /** Whether that was kept as a sign-in already. */
  isRecorded: boolean;
  /** What was opened: the ids that the cookie will carry. */
  session: { sid: string; sub: string } | null;
  /** A sign-out that the database did not take. */
  hasFailedToEnd: boolean;
}

export function openVisit(request: Pick<Request, "headers">): Visit {
  const address = request.headers.get("x-forwarded-for")?.split(",")[0]?.trim() || null;
  return {
    ctx: { ...systemContext(getDb(), "sign-in"), address },
    client: request.headers.get("user-agent"),
    problem: null,
    isRecorded: false,
    session: null,
    hasFailedToEnd: false,
  };
}
