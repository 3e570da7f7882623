/** What an audit entry says was changed, field by field, as people read it. Pure. */
import { formatInstant } from "@/lib/client/format";

export interface Change {
  /** `budget.limit_usd` for a field within a field. */
  field: string;
  /** Null where the entry does not tell of that side. */
  before: string | null;
  after: string | null;
}

// What a change brings along, and nobody decided on.
const unsaid = new Set(["updated_at", "version"]);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function flatten(value: unknown, field = ""): [field: string, value: unknown][] {
  if (!isRecord(value) || (field !== "" && Object.keys(value).length === 0))
    return field === "" ? [] : [[field, value]];
  return Object.entries(value)
    .filter(([name]) => field !== "" || !unsaid.has(name))
    .flatMap(([name, inner]) => flatten(inner, field === "" ? name : `${field}.${name}`));
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

export function textOf(value: unknown): string {
  if (value === null) return "nothing";
  if (typeof value === "string") return value === "" ? "(empty)" : instant.test(value) ? formatInstant(value) : value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value) && value.length === 0) return "none";
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return value.join(", ");
  if (isRecord(value) && Object.keys(value).length === 0) return "none";
  return JSON.stringify(value);
}

/** A value that says that there is nothing, which a new thing has in most of its fields. */
function isBlank(value: unknown): boolean {
  return (
    value === null ||
    value === "" ||
    (Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0)
  );
}

/** Every field that differs; of something made or deleted, every field that holds something. */
export function changesOf(before: unknown, after: unknown): Change[] {
  const [old, fresh] = [new Map(flatten(before)), new Map(flatten(after))];
  const isChange = isRecord(before) && isRecord(after);
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((field) => {
    const [was, is] = [old.get(field), fresh.get(field)];
    if (isChange ? JSON.stringify(was) === JSON.stringify(is) : isBlank(was ?? null) && isBlank(is ?? null)) return [];
    const side = (values: Map<string, unknown>) => (values.has(field) ? textOf(values.get(field)) : null);
    return [{ field, before: side(old), after: side(fresh) }];
  });
}

/** The fields that a change is about, by name; nothing for what was made or deleted, which is all of it. */
export function changedIn({ before, after }: { before?: unknown; after?: unknown }): string {
  if (before == null || after == null) return "";
  return changesOf(before, after)
    .map(({ field }) => field)
    .join(", ");
}

/** The same for what an entry tells besides: names and values. */
export function detailsOf(details: unknown): { field: string; value: string }[] {
  return flatten(details).map(([field, value]) => ({ field, value: textOf(value) }));
}
