/**
 * How every list is asked, in one place: `limit` and `cursor` (`listFields` of ./schemas), `sort` by one of the fields that it names,
 * `q` for words. What a list may be sorted by is declared once, beside its schema, and given to `keyset` by its service; each such
 * field has an index, or the list is bounded by what it belongs to. `q` narrows what the caller's reach leaves, never widens it.
 */
import { z } from "zod";
import type { Sortable } from "./pagination";

type SortName<S extends Sortable> = `${"" | "-"}${keyof S & string}`;

function sortOf(sortable: Sortable) {
  const fields = Object.keys(sortable);
  const names: string[] = fields.flatMap((name) => [name, `-${name}`]);
  return z.enum(names, { error: `must be one of ${fields.join(", ")}, with - for descending` });
}

/** The query's `sort`; without one the newest come first, by id. */
export function sortBy<S extends Sortable>(sortable: S) {
  return sortOf(sortable).optional().meta({ description: "With `-` for descending. Absent: newest first." });
}

/** The same for a list that has an order of its own. */
export function sortByDefault<S extends Sortable>(sortable: S, fallback: SortName<S>) {
  const name: string = fallback;
  return sortOf(sortable).default(name).meta({ description: "With `-` for descending." });
}

/** The query's `q`. `what` says of what it has to be a part, as the reference shows it. */
export function search(what: string) {
  return z.string().trim().max(200).optional().meta({ description: what });
}
