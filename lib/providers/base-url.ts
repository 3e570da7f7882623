/** The address of a provider: how it is written, and when changing it would send a key elsewhere. Pure. */
import { z } from "zod";

function problemOf(text: string): string | null {
  // URL itself would silently drop line breaks and turn backslashes into slashes.
  if (!/^[\x21-\x5b\x5d-\x7e]+$/.test(text) || !URL.canParse(text))
    return "must be an absolute URL such as https://api.example.com/v1";
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must start with https:// or http://";
  if (url.username !== "" || url.password !== "" || /^[a-z]+:\/*[^/]*@/i.test(text))
    return "must not hold a user name or password";
  if (/[?#]/.test(text)) return "must not have a query or a fragment";
  return null;
}

/** The usual notation of a base URL, without a slash at its end, so that `/chat/completions` can follow. */
export const baseUrl = z
  .string()
  .trim()
  .max(2_000, "must have at most 2000 characters")
  .transform((text, context) => {
    const problem = problemOf(text);
    if (problem) {
      context.addIssue({ code: "custom", message: problem });
      return z.NEVER;
    }
    const { origin, pathname } = new URL(text);
    return `${origin}${pathname.replace(/\/+$/, "")}`;
  })
  .meta({ examples: ["https://api.openai.com/v1"] });

/**
 * Whether requests to `after` would carry a key to another host or port than those to `before`, or over the wire in the
 * clear where it went by TLS.
 */
export function leavesHost(before: string, after: string): boolean {
  const [from, to] = [new URL(before), new URL(after)];
  const isUpgrade = from.protocol === "http:" && to.protocol === "https:";
  return from.host !== to.host || (from.protocol !== to.protocol && !isUpgrade);
}
