/**
 * What went wrong between us and the identity provider, as a code of the sign-in with words for an admin. Pure. Errors of openid-client
 * hold tokens, states and nonces; none of that passes.
 */
import { SignInError } from "@/lib/sign-ins/codes";

const longestWords = 300;

/** What an identity provider says of itself, cut to a length that fits a row. */
function quote(text: unknown): string | undefined {
  return typeof text === "string" && text !== "" ? text.slice(0, longestWords) : undefined;
}

/** OAuth's own error answer: RFC 6749, sections 4.1.2.1 and 5.2. */
export function refusalOf(answer: { error?: unknown; error_description?: unknown }, step: string): SignInError {
  const error = quote(answer.error);
  const error_description = quote(answer.error_description);
  return new SignInError("provider_refused", {
    step,
    ...(error ? { error } : {}),
    ...(error_description ? { error_description } : {}),
  });
}

export function unreachable(reason: string, cause?: unknown): SignInError {
  return new SignInError("provider_unreachable", { reason: reason.slice(0, longestWords) }, { cause });
}

/** The provider works and says that something behind it does not, or that it does not know the person any more. */
function failedBehind(error: unknown): SignInError {
  const code = quote(error);
  return new SignInError("provider_unreachable", {
    reason: "it answered with an error of its own",
    ...(code ? { error: code } : {}),
  });
}

// openid-client names what it checked in its message alone (lib/client.js). Those that are quoted name an issuer, an audience, an
// algorithm or a time; the others would name one-time values.
const tokenChecks: readonly { pattern: RegExp; check: string; isQuoted?: true }[] = [
  { pattern: /^unexpected iss value|^iss m/, check: "issuer", isQuoted: true },
  { pattern: /^aud |azp/, check: "audience", isQuoted: true },
  { pattern: /^unexpected JWT alg/, check: "algorithm", isQuoted: true },
  { pattern: /^JWT (expired|not active)|issued too far/, check: "time", isQuoted: true },
  { pattern: /^nonce mismatch/, check: "nonce" },
  { pattern: /^sub mismatch/, check: "subject" },
  { pattern: /signature|valid key found|matching keys/, check: "signature" },
  { pattern: /_hash/, check: "hash" },
  { pattern: /^id_token not present/, check: "presence" },
  { pattern: /JWT/, check: "form" },
];

function messageOf(error: Error): string {
  return error.message;
}

function hasStatus(error: Error, from: number): boolean {
  const { response } = error as { response?: { statusCode?: unknown } };
  return typeof response?.statusCode === "number" && response.statusCode >= from;
}

function isNetworkError(error: Error): boolean {
  return "code" in error && typeof error.code === "string";
}

/** The problem of a failed call to the provider, or of an answer that did not stand up to its checks. */
export function toSignInError(error: unknown): SignInError {
  if (error instanceof SignInError) return error;
  if (!(error instanceof Error)) return new SignInError("internal", {}, { cause: error });
  const message = messageOf(error);
  if (/^state /.test(message)) return new SignInError("state_expired");
  if (/^outgoing request timed out/.test(message)) return unreachable("it did not answer in time");
  if (hasStatus(error, 500)) return failedBehind((error as { error?: unknown }).error);
  if (error.name === "OPError") {
    const { error: code, error_description } = error as { error?: unknown; error_description?: unknown };
    return refusalOf({ error: code, error_description }, "token");
  }
  const found = tokenChecks.find(({ pattern }) => pattern.test(message));
  if (found) {
    const { check, isQuoted } = found;
    return new SignInError("token_invalid", { check, ...(isQuoted ? { found: message.slice(0, longestWords) } : {}) });
  }
  if (isNetworkError(error)) return unreachable(String((error as { code?: unknown }).code));
  if (error instanceof SyntaxError || /^expected 200|body was returned/.test(message))
    return unreachable("its answer is not what OpenID Connect asks for");
  return new SignInError("internal", {}, { cause: error });
}
