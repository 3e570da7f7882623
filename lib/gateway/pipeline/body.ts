/**
 * Reads a body's JSON so that nobody behind us can read it otherwise: what the gateway checked and priced has to be what the
 * provider sees, whichever parser it uses. Pure.
 */
import { isUtf8 } from "node:buffer";
import { GatewayError } from "../errors";

export interface JsonBody {
  parsed: Record<string, unknown>;
  /** The caller's own bytes say just this. False: some object names a member twice, of which parsers keep the first or the last. */
  isPlain: boolean;
}

const maxDepth = 256;
const quote = 0x22;
const backslash = 0x5c;

/** Where the string that opens at `from` closes; the end of the text where it does not. */
function findStringEnd(raw: Buffer, from: number): number {
  const next = raw.indexOf(quote, from + 1);
  if (next === -1) return raw.length;
  if (raw[next - 1] !== backslash) return next;
  // From the first escape on byte by byte: texts with one quote in them, code above all, have many.
  let at = raw.indexOf(backslash, from + 1);
  while (at < raw.length && raw[at] !== quote) at += raw[at] === backslash ? 2 : 1;
  return at;
}

/** How deep JSON text nests, and how many members its objects name. Says nothing of text that is not valid. */
function survey(raw: Buffer): { depth: number; members: number } {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  for (let at = 0; at < raw.length; at++) {
    switch (raw[at]) {
      case quote:
        at = findStringEnd(raw, at);
        break;
      case 0x3a: // :
        members += 1;
        break;
      case 0x7b: // {
      case 0x5b: // [
        depth += 1;
        if (depth > deepest) deepest = depth;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth -= 1;
    }
  }
  return { depth: deepest, members };
}

/** How many members the objects of a parsed value have, each counted once. */
function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const values: unknown[] = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : values.length;
  for (const inner of values) if (typeof inner === "object") count += countMembers(inner);
  return count;
}

/** A body that is one JSON object. Throws `invalid_request`. */
export function readJsonBody(raw: Buffer): JsonBody {
  const { depth, members } = survey(raw);
  if (depth > maxDepth) throw new GatewayError("invalid_request", `The body nests deeper than ${maxDepth} levels.`);
  // Bytes that are no UTF-8 would be read one way here and perhaps another way there.
  if (!isUtf8(raw)) throw new GatewayError("invalid_request", "The body is not valid UTF-8.");
  let parsed: unknown;
  try {
    parsed = JSON.parse(raw.toString("utf8"));
  } catch {
    throw new GatewayError("invalid_request", "The body is not valid JSON.");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new GatewayError("invalid_request", "The body must be a JSON object.");
  return { parsed: parsed as Record<string, unknown>, isPlain: members === countMembers(parsed) };
}

// The long s and the Kelvin sign are the letters s and k to parsers that fold case.
function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/**
 * Refuses members that are `names` but for upper and lower case: some parsers take `MODEL` for `model`, and would see another
 * value than we did. Throws `invalid_request`.
 */
export function refuseLookalikes(object: Record<string, unknown>, names: readonly string[], path = ""): void {
  for (const key of Object.keys(object)) {
    const name = fold(key);
    if (name !== key && names.includes(name))
      throw new GatewayError("invalid_request", `${path}${key}: write it as ${name}.`, { param: `${path}${key}` });
  }
}
