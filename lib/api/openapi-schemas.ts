/** Zod schemas as the JSON Schemas of one OpenAPI document; those with an id become its components. Pure; called by lib/api/openapi. */
import { z } from "zod";

export type Json = Record<string, unknown>;
type Direction = "input" | "output";

/** Where zod puts shared schemas, and where OpenAPI does. */
const localPrefix = "#/$defs/";
const componentPrefix = "#/components/schemas/";

function adjust(schema: Json, direction: Direction): void {
  // An answer may gain fields; a reader that refuses them would break at the next release.
  if (direction === "output" && schema.additionalProperties === false) delete schema.additionalProperties;
  // What every integer of JavaScript obeys says nothing.
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  // The format says it, and zod's pattern for it is longer than all the rest.
  if (schema.format === "date-time") delete schema.pattern;
}

function rewriteRefs(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((inner) => rewriteRefs(inner, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const local =
        key === "$ref" && typeof inner === "string" ? names.get(inner.slice(localPrefix.length)) : undefined;
      return [key, local === undefined ? rewriteRefs(inner, names) : `${componentPrefix}${local}`];
    }),
  );
}

/** Gathers the components of one document while its schemas are converted. */
export class SchemaBook {
  readonly #components = new Map<string, { source: string; direction: Direction; schema: Json }>();

  /** The JSON Schema (2020-12, OpenAPI 3.1's own dialect) of what comes in or goes out. */
  convert(schema: z.ZodType, direction: Direction): Json {
    const {
      $schema: _dialect,
      $defs,
      ...root
    } = z.toJSONSchema(schema, {
      io: direction,
      unrepresentable: "any",
      reused: "inline",
      override: ({ jsonSchema }) => adjust(jsonSchema as Json, direction),
    }) as Json & { $defs?: Record<string, Json> };
    const locals = Object.entries($defs ?? {});
    const names = new Map(locals.map(([id, local]) => [id, this.#nameOf(id, local, direction)]));
    for (const [id, local] of locals) {
      const component = this.#components.get(names.get(id) ?? id);
      if (component) component.schema = rewriteRefs(local, names) as Json;
    }
    return rewriteRefs(root, names) as Json;
  }

  /** The same schema keeps its name; the other face of one that differs coming in and going out gets a name beside it. */
  #nameOf(id: string, local: Json, direction: Direction): string {
    // Zod names what refers to itself by a number that means nothing elsewhere: only JSON values do.
    const base = id.startsWith("__") ? "JsonValue" : id;
    const source = JSON.stringify(local).replaceAll(`"${localPrefix}${id}"`, '"self"');
    const taken = this.#components.get(base);
    const isOtherFace = taken !== undefined && taken.source !== source && taken.direction !== direction;
    const name = isOtherFace ? `${base}${direction === "input" ? "Input" : "Output"}` : base;
    const component = this.#components.get(name) ?? { source, direction, schema: {} };
    if (component.source !== source) throw new Error(`two different schemas have the id "${base}"`);
    this.#components.set(name, component);
    return name;
  }

  /** All components so far, by name. */
  get components(): Json {
    const entries = [...this.#components].map(([name, { schema }]) => [name, schema] as const);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
