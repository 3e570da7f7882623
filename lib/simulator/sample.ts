/**
 * A JSON value that a JSON Schema would accept, in most cases: what the simulator answers with when it is asked for a
 * tool call or for structured output. Pure, used inside the simulator.
 */
import { isObject, type JsonObject } from "./chat-request";

/** Deep enough for real tools, and the end of a schema that contains itself. */
const maxDepth = 8;

function typeOf(schema: JsonObject): unknown {
  if (Array.isArray(schema.type)) return schema.type[0];
  return schema.type ?? (isObject(schema.properties) ? "object" : "string");
}

function sampleObject(schema: JsonObject, depth: number): JsonObject {
  if (!isObject(schema.properties)) return {};
  const entries = Object.entries(schema.properties);
  return Object.fromEntries(entries.map(([name, property]) => [name, sampleValue(property, depth + 1)]));
}

function sampleValue(schema: unknown, depth: number): unknown {
  if (!isObject(schema) || depth > maxDepth) return null;
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (Array.isArray(schema.anyOf)) return sampleValue(schema.anyOf[0], depth + 1);
  switch (typeOf(schema)) {
    case "object":
      return sampleObject(schema, depth);
    case "array":
      return [sampleValue(schema.items, depth + 1)];
    case "string":
      return "sim";
    case "integer":
    case "number":
      return typeof schema.minimum === "number" ? schema.minimum : 1;
    case "boolean":
      return true;
    default:
      return null;
  }
}

/** ASCII JSON text, so that it can be cut anywhere; `{}` for a schema that is none. */
export function sampleJson(schema: unknown): string {
  const value = isObject(schema) ? sampleValue(schema, 0) : {};
  return toAsciiJson(value);
}

export function toAsciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
