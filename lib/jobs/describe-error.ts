/** Errors as a row may keep them: one short line without anything that could be a secret. Pure. */

const maxLength = 300;

/** `TypeError: fetch failed`; keys, signing secrets, and the user information and query of URLs are cut out. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text
    .replace(/\s+/g, " ")
    .replace(/\b(whsec_|sk-[a-z]+-|bearer )[^\s"',;]+/gi, "$1[redacted]")
    .replace(/(:\/\/)[^\s/@]+@/g, "$1[redacted]@")
    .replace(/(:\/\/[^\s?#]+)[?#][^\s]*/g, "$1?[redacted]")
    .slice(0, maxLength);
}
