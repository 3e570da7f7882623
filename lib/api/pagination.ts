/**
 * Keyset pagination: a page continues after the last row's sort value and id, so that it neither skips nor repeats rows
 * while others are added, and costs the same at any depth.
 */
import { AppError } from "@/lib/errors";
import { isStorable, isStorableTime } from "./input";

export interface PageQuery {
  limit: number;
  cursor?: string | undefined;
  /** A field of `sortable`, with `-` in front for descending. */
  sort?: string | undefined;
}

export type SortKind = "text" | "time" | "number";
/** The fields that a list may be sorted by: non-null, and with an index or in a list that is bounded. */
export type Sortable = Readonly<Record<string, SortKind>>;
type SortValue = string | number | bigint | Date;

/** Where a page ends: the last row's value of the sort field, and its id. */
export interface Position {
  value: SortValue;
  id: string;
}

const integer = /^-?\d{1,19}$/;

/** Null where no `bigint` column holds it. */
function readInteger(text: string): bigint | null {
  const value = integer.test(text) ? BigInt(text) : null;
  return value === null || BigInt.asIntN(64, value) === value ? value : null;
}

// A cursor comes back from outside, so its value is checked like any other input before a query sees it.
function readValue(kind: SortKind, value: unknown): SortValue | null {
  if (kind === "number") {
    if (typeof value === "string") return readInteger(value);
    return Number.isSafeInteger(value) ? (value as number) : null;
  }
  if (typeof value !== "string") return null;
  if (kind === "text") return isStorable(value) ? value : null;
  const time = new Date(value);
  return isStorableTime(time) ? time : null;
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
  /** The same in parts, for SQL: the order, and the row after which the page begins. */
  field: string;
  order: "asc" | "desc";
  after: Position | null;
}

interface Order {
  sort: string;
  field: string;
  order: "asc" | "desc";
  after: Position | null;
}

function readOrder(query: PageQuery, sortable: Sortable): Order {
  const sort = query.sort ?? "-id";
  const field = sort.replace(/^-/, "");
  const kind = field === "id" ? "text" : Object.hasOwn(sortable, field) ? sortable[field] : undefined;
  if (!kind) {
    const message = `must be one of ${Object.keys(sortable).join(", ")}, with - for descending`;
    throw new AppError("invalid_input", `sort: ${message}`, { fields: [{ path: "sort", message }] });
  }
  const after = query.cursor ? decodeCursor(query.cursor, sort, kind) : null;
  return { sort, field, order: sort.startsWith("-") ? "desc" : "asc", after };
}

/**
 * The Prisma arguments of one page. The default is newest first, which ids give. Throws invalid_input for a field that is not
 * `sortable` or a foreign cursor.
 */
export function keyset(query: PageQuery, sortable: Sortable): Keyset {
  const { field, order, after } = readOrder(query, sortable);
  const beyond = order === "desc" ? "lt" : "gt";
  const orderBy = field === "id" ? [{ id: order } as const] : [{ [field]: order } as const, { id: order } as const];
  const page = { orderBy, take: query.limit + 1, field, order, after };
  if (!after) return { ...page, where: {} };
  const { value, id } = after;
  const where =
    field === "id"
      ? { id: { [beyond]: id } }
      : // The first condition alone is what an index can start from; the rest only cuts off the position's equals.
        {
          [field]: { [`${beyond}e`]: value },
          OR: [{ [field]: { [beyond]: value } }, { id: { [beyond]: id } }],
        };
  return { ...page, where };
}

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

/** Two equal times are two objects. */
function comparable(value: SortValue): SortValue {
  return value instanceof Date ? value.getTime() : value;
}

function valueIn(row: object, field: string): SortValue {
  return Reflect.get(row, field) as SortValue;
}

/** Cuts the extra row that `keyset` asked for and, if it was there, gives the cursor to continue after this page. */
export function toPage<T extends { id: string }>(rows: readonly T[], query: PageQuery): Page<T> {
  const data = rows.slice(0, query.limit);
  const last = data.at(-1);
  if (rows.length <= query.limit || !last) return { data, next_cursor: null };
  const sort = query.sort ?? "-id";
  return { data, next_cursor: encodeCursor(sort, { value: valueIn(last, sort.replace(/^-/, "")), id: last.id }) };
}

/** A page of rows that are all at hand, for lists that are bounded by what they belong to: `keyset` and `toPage` in one. */
export function pageRows<T extends { id: string }>(rows: readonly T[], query: PageQuery, sortable: Sortable): Page<T> {
  const { field, order, after: given } = readOrder(query, sortable);
  const after = given && { ...given, value: comparable(given.value) };
  const sign = order === "desc" ? -1 : 1;
  const compare = (a: Position, b: Position) => {
    if (a.value !== b.value) return a.value < b.value ? -sign : sign;
    return a.id === b.id ? 0 : a.id < b.id ? -sign : sign;
  };
  const positionOf = (row: T): Position => ({ value: comparable(valueIn(row, field)), id: row.id });
  const sorted = rows
    .map((row) => ({ row, position: positionOf(row) }))
    .filter(({ position }) => after === null || compare(position, after) > 0)
    .sort((a, b) => compare(a.position, b.position))
    .slice(0, query.limit + 1)
    .map(({ row }) => row);
  return toPage(sorted, query);
}
