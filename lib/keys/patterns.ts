/** Model patterns as keys carry them: a name, `provider/name`, or either with `*` for any run of characters. Pure. */

/**
 * Whether `outer` matches all that `inner` matches. A `*` of `inner` stands for anything, so only a `*` of `outer` takes it;
 * it therefore counts as a character like no other. Time is the product of both lengths, whatever a caller sends: the last
 * `*` seen takes more only when what follows it failed, and earlier ones never need another try.
 */
export function patternCovers(outer: string, inner: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let next = 0;
  while (next < inner.length) {
    if (outer[at] === "*") {
      star = at++;
      resume = next;
    } else if (at < outer.length && outer[at] === inner[next]) {
      at++;
      next++;
    } else if (star >= 0) {
      at = star + 1;
      next = ++resume;
    } else return false;
  }
  while (outer[at] === "*") at++;
  return at === outer.length;
}
