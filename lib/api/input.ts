/** What may come in from outside at all, before any schema looks at it. Pure; called by lib/api alone. */
import type { FieldProblem } from "@/lib/errors";

/**
 * Whether a text fits a `text` or `jsonb` column: neither takes U+0000, nor half of a surrogate pair, which JSON can spell
 * although no character has it.
 */
export function isStorable(text: string): boolean {
  return !text.includes("\u0000") && !/\p{Surrogate}/u.test(text);
}

/** Whether a time fits a `timestamptz` column: the years 1 to 9999, which any way of writing one can say. */
export function isStorableTime(time: Date): boolean {
  const year = time.getUTCFullYear();
  return year >= 1 && year <= 9_999;
}

// Deeper than anything we take, and far from where recursion would exhaust the stack.
const maxDepth = 32;

function problemAt(value: unknown, path: string, depth: number): FieldProblem | null {
  if (typeof value === "string")
    return isStorable(value) ? null : { path, message: "holds a character that cannot be stored" };
  // Reading it has changed it already: 2^53 + 1 became 2^53, and 1e400 became Infinity.
  if (typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER)
    return { path, message: "is a number too large to be kept exactly" };
  if (typeof value !== "object" || value === null) return null;
  if (depth === maxDepth) return { path: "", message: `is nested more than ${maxDepth} levels deep` };
  for (const [key, inner] of Object.entries(value)) {
    const place = path ? `${path}.${key}` : key;
    const found = isStorable(key)
      ? problemAt(inner, place, depth + 1)
      : { path, message: "has a field name that cannot be stored" };
    if (found) return found;
  }
  return null;
}

/** The first thing in a parsed body, query or path that no column could hold or no schema should have to walk; null if it is fine. */
export function findUnusable(value: unknown): FieldProblem | null {
  return problemAt(value, "", 0);
}
