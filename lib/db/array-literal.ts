/**
 * PostgreSQL's arrays as text: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO. For statements that take a column of
 * many rows as one parameter. The driver's own way costs three times as much, and writes dates in local time. Pure.
 */

// Most texts are ids. These need no quotes, unless they could be NULL; and what has no quotes needs none escaped in a list of lists.
const plain = /^[\w.:-]{5,}$/;

function quote(text: string): string {
  return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, "\\$&")}"` : `"${text}"`;
}

export type Cell = string | number | bigint | boolean | Date | null | readonly Cell[];

function elementOf(value: Cell): string {
  if (typeof value === "string") return plain.test(value) ? value : quote(value);
  if (typeof value !== "object") return String(value);
  if (value === null) return "NULL";
  if (value instanceof Date) return value.toISOString();
  return quote(arrayLiteral(value));
}

/**
 * The array of `values`. A list among them becomes the text of an array, since rows may hold lists of different lengths and the
 * dimensions of an array may not. Throws a RangeError for a date that is none.
 */
export function arrayLiteral(values: readonly Cell[]): string {
  return `{${values.map(elementOf).join(",")}}`;
}
