/** Values as JSON columns and the wire carry them. Leaf. */

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** Dates become ISO text and bigints decimal text; undefined fields go. */
export function toJson(value: unknown): { [key: string]: JsonValue } {
  return JSON.parse(JSON.stringify(value, (_key, inner) => (typeof inner === "bigint" ? inner.toString() : inner)));
}
