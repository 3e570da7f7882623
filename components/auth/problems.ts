/** What the pages around signing in say, by the code that next-auth or the error table gives. A code from a URL never shows as it is. */

const problems: Readonly<Record<string, string>> = {
  CredentialsSignin: "This is not the master key of this server.",
  rate_limited: "Too many failed attempts from this address. Wait five minutes, then try again.",
  SessionRequired: "Your session has ended. Sign in again.",
  csrf: "This page was open for too long. Try again.",
  unreachable: "The server did not answer. Check that it is running, then try again.",
  unavailable: "The server cannot reach its database at the moment. Try again shortly.",
  AccessDenied: "You are not allowed to sign in here.",
  Configuration: "Sign-in is not set up correctly. The server's log says what is wrong.",
};

const fallback = "Signing in failed on the server's side. Its log says why.";

/** The sentence for a code; null where there is none. */
export function describeProblem(code: string | null | undefined): string | null {
  if (!code) return null;
  return Object.hasOwn(problems, code) ? (problems[code] ?? fallback) : fallback;
}
