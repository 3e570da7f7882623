import fc from "fast-check";
import { expect, test } from "vitest";
import { patternCovers } from "./patterns";

test.each([
  ["gpt-4o", "gpt-4o", true],
  ["gpt-4o", "gpt-4o-mini", false],
  ["gpt-*", "gpt-4o", true],
  ["gpt-*", "gpt-*", true],
  ["gpt-*", "gpt-4*", true],
  ["gpt-4*", "gpt-*", false],
  ["*", "anything/at all", true],
  ["gpt-4o", "*", false],
  ["openai/*", "openai/gpt-4o", true],
  ["openai/*", "gpt-4o", false],
  ["*-mini", "gpt-*-mini", true],
  ["a*b*c", "a*c", false],
  ["a.c", "abc", false],
  ["", "", true],
])("%j covers %j: %j", (outer, inner, expected) => {
  expect(patternCovers(outer, inner)).toBe(expected);
});

const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*"), maxLength: 7 });
const text = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 4 });

/** A pattern and one that may cover it: anything, or the same with a piece taken out for a star. */
const pair = pattern.chain((inner) => {
  const widened = fc
    .tuple(fc.nat(inner.length), fc.nat(inner.length))
    .map(([a, b]) => `${inner.slice(0, Math.min(a, b))}*${inner.slice(Math.max(a, b))}`);
  return fc.tuple(fc.oneof(pattern, widened), fc.constant(inner));
});

/** The meaning of a pattern, said another way than the code does: by a regular expression. */
function matches(glob: string, name: string): boolean {
  return new RegExp(`^${glob.replaceAll("*", "[^]*")}$`).test(name);
}

test("whatever a covered pattern matches, the covering one matches too", () => {
  fc.assert(
    fc.property(pair, fc.array(text, { minLength: 7, maxLength: 7 }), ([outer, inner], fills) => {
      fc.pre(patternCovers(outer, inner));
      let star = 0;
      expect(
        matches(
          outer,
          inner.replace(/\*/g, () => fills[star++] ?? ""),
        ),
      ).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("a pattern that is not covered matches some model that the other does not", () => {
  fc.assert(
    fc.property(pair, ([outer, inner]) => {
      fc.pre(!patternCovers(outer, inner));
      // A character that no pattern spells out can be taken by a star only.
      expect(matches(outer, inner.replaceAll("*", "#"))).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});
