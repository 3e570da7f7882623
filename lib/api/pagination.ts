/**
 * Keyset pagination: a page continues after the last row's sort value and id, so that it neither skips nor repeats rows
 * while others are added, and costs the same at any depth.
 */
import { AppError } from "@/lib/errors";
import { isStorable } from "./input";

export interface PageQuery {
  limit: number;
  cursor?: string | undefined;
  /** A field of `sortable`, with `-` in front for descending. */
  sort?: string | undefined;
}

export type SortKind = "text" | "time" | "number";
type SortValue = string | number | bigint | Date;

/** Where a page ends: the last row's value of the sort field, and its id. */
export interface Position {
  value: SortValue;
  id: string;
}

const integer = /^-?\d{1,19}$/;

// A cursor comes back from outside, so its value is checked like any other input before a query sees it.
function readValue(kind: SortKind, value: unknown): SortValue | null {
  if (kind === "number") {
    if (typeof value === "string") return integer.test(value) ? BigInt(value) : null;
    return typeof value === "number" ? value : null;
  }
  if (typeof value !== "string") return null;
  if (kind === "text") return isStorable(value) ? value : null;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? null : time;
}

/** The position in a cursor that `encodeCursor` made for the same sort. Throws invalid_input for any other. */
export function decodeCursor(cursor: string, expectedSort: string, kind: SortKind): Position {
  try {
    const [sort, raw, id] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    const value = readValue(kind, raw);
    if (sort === expectedSort && value !== null && typeof id === "string" && isStorable(id)) return { value, id };
  } catch {
    // Falls through to the error below.
  }
  throw new AppError("invalid_input", "cursor: is not one that this list gave out. Start again without it.", {
    fields: [{ path: "cursor", message: "is not one that this list gave out" }],
  });
}

export function encodeCursor(sort: string, { value, id }: Position): string {
  const text = typeof value === "bigint" ? value.toString() : value;
  return Buffer.from(JSON.stringify([sort, text, id])).toString("base64url");
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
export function keyset(query: PageQuery, sortable: Record<string, SortKind>): Keyset {
  const sort = query.sort ?? "-id";
  const field = sort.replace(/^-/, "");
  const kind = field === "id" ? "text" : Object.hasOwn(sortable, field) ? sortable[field] : undefined;
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
  const { value, id } = decodeCursor(query.cursor, sort, kind);
  const where =
    field === "id"
      ? { id: { [beyond]: id } }
      : // The first condition alone is what an index can start from; the rest only cuts off the position's equals.
        {
          [field]: { [`${beyond}e`]: value },
          OR: [{ [field]: { [beyond]: value } }, { id: { [beyond]: id } }],
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
  const value = Reflect.get(last, sort.replace(/^-/, "")) as SortValue;
  return { data, next_cursor: encodeCursor(sort, { value, id: last.id }) };
}
