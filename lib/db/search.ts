/** Looking for a part of a text, whatever its case. Stores call this. */

// Neither Prisma nor Postgres takes the wildcards of LIKE for themselves unless they are told.
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}

/** Prisma's condition on a column that has to hold `q`. */
export function containing(q: string): { contains: string; mode: "insensitive" } {
  return { contains: escapeLike(q), mode: "insensitive" };
}

/** The same for `ILIKE` in SQL. */
export function likePattern(q: string): string {
  return `%${escapeLike(q)}%`;
}
