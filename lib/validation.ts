/** What is said of a value that a schema refuses, where the schema itself says nothing better. Leaf: pure; wherever people's input is parsed. */
import type { z } from "zod";

type Issue = z.core.$ZodRawIssue;

const kinds: Record<string, string> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

const listed = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join(", ");

/** `3 entries`, `120 characters`, or the bare number. */
function sizeOf(origin: string, bound: number | bigint): string {
  const unit = { string: "character", array: "entry", set: "entry", record: "field", map: "field" }[origin];
  if (!unit) return String(bound);
  const many = unit === "entry" ? "entries" : `${unit}s`;
  return `${bound} ${Number(bound) === 1 ? unit : many}`;
}

function describeSize(issue: Extract<Issue, { code: "too_big" | "too_small" }>): string {
  // A whole number beyond what a double holds exactly; the schema's own bound is lower and not known here.
  if (issue.origin === "int") return "is out of range";
  const bound = issue.code === "too_big" ? issue.maximum : issue.minimum;
  const size = sizeOf(issue.origin, bound as number | bigint);
  if (issue.code === "too_small" && size.startsWith("1 ")) return "must not be empty";
  const verb = size === String(bound) ? "be" : "have";
  if (issue.exact) return `must ${verb} exactly ${size}`;
  if (issue.code === "too_big") return `must ${verb} ${issue.inclusive ? "at most" : "less than"} ${size}`;
  return `must ${verb} ${issue.inclusive ? "at least" : "more than"} ${size}`;
}

/**
 * Words that end a sentence begun by a field's name, such as "must be a whole number". For `error` of zod's parse functions; undefined
 * leaves an issue to zod.
 */
export function describeIssue(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is required" : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case "too_big":
    case "too_small":
      return describeSize(issue);
    case "invalid_value":
      if (issue.input === undefined) return "is required";
      return issue.values.length === 1 ? `must be ${listed(issue.values)}` : `must be one of ${listed(issue.values)}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return "is not a known field";
    case "invalid_key":
      return "has a name that cannot be used here";
    case "invalid_union":
      return "has none of the forms that are allowed here";
    default:
      return undefined;
  }
}
