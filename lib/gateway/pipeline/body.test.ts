import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJsonBody } from "./body";

const read = (text: string) => readJsonBody(Buffer.from(text));
const spaces = fc.constantFrom("", " ", "\n\t", "\r\n");

/** JSON text of a value, with white space wherever it may stand. */
function spell(value: unknown, space: () => string): string {
  if (Array.isArray(value))
    return `[${space()}${value.map((item) => spell(item, space)).join(`${space()},${space()}`)}${space()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}${space()}:${space()}${spell(item, space)}`,
  );
  return `{${space()}${members.join(`${space()},${space()}`)}${space()}}`;
}

describe("a JSON body", () => {
  test("is plain exactly where no object names a member twice", () => {
    const value = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(value, fc.infiniteStream(spaces), (object, stream) => {
        const space = () => stream.next().value;
        const text = spell(object, space);
        // Lone surrogates cannot be written in UTF-8; JSON.stringify escapes them.
        expect(read(text)).toEqual({ parsed: JSON.parse(text), isPlain: true });
        const [key] = Object.keys(object);
        if (key === undefined) return;
        const twice = `${text.trimEnd().slice(0, -1)},${JSON.stringify(key)}:0}`;
        expect(read(twice)).toEqual({ parsed: JSON.parse(twice), isPlain: false });
        expect(read(`{"deep":[1,${twice}]}`).isPlain).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['{"a":"\\\\","a":1}', false],
    ['{"a":"\\"","b":"\\\\\\":"}', true],
    ['{"a\\u0062":1,"ab":2}', false],
    ['{"__proto__":1,"constructor":2}', true],
    ['{"__proto__":1,"__proto__":2}', false],
    ['{"a":{"b":1},"c":{"b":1}}', true],
  ])("%s is told", (text, isPlain) => {
    expect(read(text).isPlain).toBe(isPlain);
  });

  test("may nest 256 levels and no more, whatever nests", () => {
    const lists = (depth: number) => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    expect(() => read(lists(255))).not.toThrow();
    expect(() => read(objects(256))).not.toThrow();
    for (const text of [lists(256), objects(257)]) expect(() => read(text)).toThrow("nests deeper");
    expect(() => read(`{"a":"${"[".repeat(1_000)}"}`)).not.toThrow();
  });
});
