import { expect, test } from "vitest";
import { findUnusable } from "./input";
import { isoTime } from "./schemas";

test("what a column can hold passes, whatever its script", () => {
  expect(
    findUnusable({
      a: "plain",
      b: ["\u{1f600}", "\n\t\u0001", 1, -0.5, Number.MAX_SAFE_INTEGER, null, true],
      c: { é: "\uffff" },
    }),
  ).toBeNull();
});

test.each([
  [{ a: "x\u0000" }, "a"],
  [{ a: [{ b: "\ud800" }] }, "a.0.b"],
  [{ a: { b: "\udc00x" } }, "a.b"],
  [{ a: { "\u0000": 1 } }, "a"],
  ["\u0000", ""],
  [JSON.parse('{"metadata":{"ids":[1,9007199254740993]}}'), "metadata.ids.1"],
  [JSON.parse('{"metadata":{"low":-9007199254740993}}'), "metadata.low"],
  [JSON.parse('{"metadata":{"a":1e400}}'), "metadata.a"],
])("%j is refused at its place", (value, path) => {
  expect(findUnusable(value)?.path).toBe(path);
});

test("nesting is taken as deep as anyone needs and no deeper, without recursing further", () => {
  const nested = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}1${"]".repeat(depth)}`);
  expect(findUnusable(nested(32))).toBeNull();
  expect(findUnusable(nested(33))?.message).toContain("nested");
  expect(findUnusable(nested(500_000))?.message).toContain("nested");
});

test.each([
  ["2026-01-31T00:00:00Z", true],
  ["0001-01-01T00:00:00Z", true],
  ["9999-12-31T23:59:59.999Z", true],
  ["0000-06-01T00:00:00Z", false],
  ["0001-01-01T00:00:00+14:00", false],
  ["9999-12-31T23:59:59-14:00", false],
])("whether a column can hold the time %s: %s", (text, isHeld) => {
  expect(isoTime.safeParse(text).success).toBe(isHeld);
});
