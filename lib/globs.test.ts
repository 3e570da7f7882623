import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesGlob } from "./globs";

/** The meaning of a pattern, said another way than the code does: by a regular expression. */
function meaningOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.split("*").map(escapeText).join("[^]*")}$`);
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

const piece = fc.constantFrom("a", "b", ".", "/", "\\", "(", "\n", "é", "*");
const pattern = fc.string({ unit: piece, maxLength: 8 });
const text = fc.string({ unit: piece, maxLength: 8 });

/** A pattern and a text that it may match: anything, or the pattern itself with its stars filled in. */
const pair = pattern.chain((glob) => {
  const filled = fc
    .array(fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 3 }), { minLength: 9, maxLength: 9 })
    .map((fills) => glob.split("*").reduce((whole, part, index) => `${whole}${fills[index] ?? ""}${part}`));
  return fc.tuple(fc.constant(glob), fc.oneof(text, filled));
});

test("a pattern matches what the regular expression of the same meaning matches", () => {
  let matched = 0;
  fc.assert(
    fc.property(pair, ([glob, whole]) => {
      const expected = meaningOf(glob).test(whole);
      if (expected) matched += 1;
      expect(matchesGlob(glob, whole)).toBe(expected);
    }),
    { numRuns: 5_000 },
  );
  // Neither answer is rare, or the test would say little.
  expect(matched).toBeGreaterThan(1_000);
  expect(matched).toBeLessThan(4_500);
});

test.each([
  ["stars and one letter", `${"a*".repeat(100)}b`, "a".repeat(200)],
  ["stars in a row", `${"*".repeat(199)}b`, "a".repeat(264)],
  ["a long tail that fails late", `*${"a".repeat(100)}b`, "a".repeat(264)],
])("a hostile pattern takes no longer than its length says: %s", (_what, glob, whole) => {
  const started = process.cpuUsage().user;
  for (let round = 0; round < 100; round++) expect(matchesGlob(glob, whole)).toBe(false);
  expect(process.cpuUsage().user - started).toBeLessThan(1_000_000);
});
