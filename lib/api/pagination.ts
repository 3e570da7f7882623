/**
 * Keyset pagination: a page continues after the last row's sort value and id, so that it neither skips nor repeats rows
 * while others are added, and costs the same at any depth.
 */
import { AppError } from "@/lib/errors";

export interface PageQuery {
  limit: number;
  cursor?: string | undefined;
  /** A field of `sortable`, with `-` in front for descending. */
  sort?: string | undefined;
}

interface Position {
  /** The last row's value of the sort field; a bigint or a time as text. */
  value: string | number | null;
  id: string;
}

function decodeCursor(cursor: string, expectedSort: string): Position {
  try {
    const [sort, value, id] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (sort === expectedSort && typeof id === "string") return { value, id };
  } catch {
    // Falls through to the error below.
  }
  throw new AppError("invalid_input", "cursor: is not one that this list gave out. Start again without it.", {
    fields: [{ path: "cursor", message: "is not one that this list gave out" }],
  });
}

export interface Keyset {
  where: Record<string, unknown>;
  orderBy: Record<string, "asc" | "desc">[];
  take: number;
}

/**
 * The Prisma arguments of one page. `sortable` names the fields a list may be sorted by (non-null, with an index); the
 * default is newest first, which ids give. Throws invalid_input for an unknown field or a foreign cursor.
 */
export function keyset(query: PageQuery, sortable: Record<string, "text" | "time" | "number">): Keyset {
  const sort = query.sort ?? "-id";
  const field = sort.replace(/^-/, "");
  const kind = field === "id" ? "text" : sortable[field];
  if (!kind) {
    const names = Object.keys(sortable).join(", ");
    throw new AppError(
      "invalid_input",
      `sort: cannot sort by "${field}". Use one of ${names}, with - for descending.`,
      {
        fields: [{ path: "sort", message: `must be one of ${names}, with - for descending` }],
      },
    );
  }
  const order = sort.startsWith("-") ? "desc" : "asc";
  const beyond = order === "desc" ? "lt" : "gt";
  const orderBy = field === "id" ? [{ id: order } as const] : [{ [field]: order } as const, { id: order } as const];
  if (!query.cursor) return { where: {}, orderBy, take: query.limit + 1 };
  const position = decodeCursor(query.cursor, sort);
  const value = kind === "time" ? new Date(String(position.value)) : position.value;
  const where =
    field === "id"
      ? { id: { [beyond]: position.id } }
      : // The first condition alone is what an index can start from; the rest only cuts off the position's equals.
        {
          [field]: { [`${beyond}e`]: value },
          OR: [{ [field]: { [beyond]: value } }, { id: { [beyond]: position.id } }],
        };
  return { where, orderBy, take: query.limit + 1 };
}

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

/** Cuts the extra row that `keyset` asked for and, if it was there, gives the cursor to continue after this page. */
export function toPage<T extends { id: string }>(rows: T[], query: PageQuery): Page<T> {
  const data = rows.slice(0, query.limit);
  const last = data.at(-1);
  if (rows.length <= query.limit || !last) return { data, next_cursor: null };
  const sort = query.sort ?? "-id";
  const value = (last as Record<string, unknown>)[sort.replace(/^-/, "")];
  const cursor = JSON.stringify([sort, value instanceof Date ? value.toISOString() : value, last.id]);
  return { data, next_cursor: Buffer.from(cursor).toString("base64url") };
}
