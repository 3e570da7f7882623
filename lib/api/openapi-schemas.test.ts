import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { SchemaBook } from "./openapi-schemas";

// Zod keeps ids in a registry of the process and refuses the same one twice in one schema.
afterEach(() => {
  z.globalRegistry.clear();
});

const wrap = (shape: z.ZodRawShape) => z.object({ thing: z.object(shape).meta({ id: "Thing" }) });

test("a schema with an id becomes a component that all places refer to", () => {
  const book = new SchemaBook();
  const thing = z.object({ at: z.iso.datetime(), count: z.int() }).meta({ id: "Thing", description: "A thing." });
  const reference = { $ref: "#/components/schemas/Thing" };
  expect(book.convert(z.object({ data: z.array(thing), first: thing.nullable() }), "output")).toEqual({
    type: "object",
    properties: { data: { type: "array", items: reference }, first: { anyOf: [reference, { type: "null" }] } },
    required: ["data", "first"],
  });
  expect(book.convert(thing, "output")).toEqual(reference);
  expect(book.components).toEqual({
    Thing: {
      type: "object",
      description: "A thing.",
      properties: { at: { type: "string", format: "date-time" }, count: { type: "integer" } },
      required: ["at", "count"],
    },
  });
});

test("a component within a component is one too", () => {
  const book = new SchemaBook();
  const inner = z.object({ a: z.string() }).meta({ id: "Inner" });
  book.convert(z.object({ inner: z.array(inner) }).meta({ id: "Outer" }), "output");
  expect(Object.keys(book.components)).toEqual(["Inner", "Outer"]);
  expect(JSON.stringify(book.components.Outer)).toContain('"$ref":"#/components/schemas/Inner"');
});

test("any JSON is one component, however many schemas take it", () => {
  const book = new SchemaBook();
  for (const field of ["a", "b"]) book.convert(z.object({ [field]: z.record(z.string(), z.json()) }), "input");
  expect(Object.keys(book.components)).toEqual(["JsonValue"]);
  expect(JSON.stringify(book.components)).not.toContain("__schema");
});

test("what looks different coming in and going out gets two names, what looks the same one", () => {
  const book = new SchemaBook();
  const limit = z.strictObject({ limit: z.int().default(5) }).meta({ id: "Limit" });
  const plain = z.looseObject({ name: z.string() }).meta({ id: "Plain" });
  book.convert(z.object({ limit, plain }), "input");
  book.convert(z.object({ limit, plain }), "output");
  expect(Object.keys(book.components)).toEqual(["Limit", "LimitOutput", "Plain"]);
});

test("two that are different and have one name are a mistake", () => {
  const book = new SchemaBook();
  book.convert(wrap({ a: z.string() }), "output");
  z.globalRegistry.clear();
  book.convert(wrap({ a: z.string() }), "output");
  z.globalRegistry.clear();
  expect(() => book.convert(wrap({ b: z.string() }), "output")).toThrow("Thing");
});
