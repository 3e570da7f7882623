/** What the pages around signing in say, by code. A code from a URL never shows as it is. */
import { isSignInCode, type SignInProblem, signInProblems } from "@/lib/sign-ins/codes";

/** What has no part in a sign-in itself: from the pages' own requests, or from next-auth. */
const others: Readonly<Record<string, string>> = {
  SessionRequired: "Your session has ended. Sign in again.",
  csrf: "This page was open for too long. Try again.",
  unreachable: "The server did not answer. Check that it is running, then try again.",
  unavailable: "The server cannot reach its database at the moment. Try again shortly.",
};

/** The sentence for a code; null where there is none. */
export function describeProblem(code: string | null | undefined): string | null {
  if (!code) return null;
  if (isSignInCode(code)) return signInProblems[code].title;
  return Object.hasOwn(others, code) ? (others[code] ?? null) : signInProblems.internal.title;
}

/** What an administrator may read about it: what happened, and what to do. */
export function explainProblem(code: string): SignInProblem {
  return signInProblems[isSignInCode(code) ? code : "internal"];
}
