/** Patterns with `*` for any run of characters, none included. Leaf, pure. */

/**
 * Whether `pattern` matches all of `text`. Every other character stands for itself; a `*` of the text is a character like any
 * other. Time is at most the product of both lengths, whatever a caller sends: the last `*` seen takes more only when what
 * follows it failed, and earlier ones never need another try.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let next = 0;
  while (next < text.length) {
    if (pattern[at] === "*") {
      star = at++;
      resume = next;
    } else if (at < pattern.length && pattern[at] === text[next]) {
      at++;
      next++;
    } else if (star >= 0) {
      at = star + 1;
      next = ++resume;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
