/** Model patterns as keys carry them: a name, `provider/name`, or either with `*` for any run of characters. Pure. */
import { matchesGlob } from "@/lib/globs";

/**
 * Whether `outer` matches all that `inner` matches. A `*` of `inner` stands for anything, so only a `*` of `outer` takes it:
 * it counts as a character like no other.
 */
export function patternCovers(outer: string, inner: string): boolean {
  return matchesGlob(outer, inner);
}
