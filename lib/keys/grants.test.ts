import { expect, test } from "vitest";
import type { Reach } from "@/lib/authz/permissions";
import { reachWithin, scopeWithin } from "./grants";

test.each([
  ["keys.read", "keys.read", true],
  ["keys.read", "keys.*", true],
  ["keys.*", "keys.*", true],
  ["keys.*", "*", true],
  ["*", "*", true],
  ["*", "keys.*", false],
  ["keys.*", "keys.read", false],
  ["keys.write", "keys.read", false],
])("%s within %s: %j", (inner, outer, expected) => {
  expect(scopeWithin(inner, outer)).toBe(expected);
});

const all: Reach = { kind: "all" };
const some = (userId: string | null, ...teamIds: string[]): Reach => ({ kind: "some", userId, teamIds });

test.each([
  [all, all, true],
  [all, some("a", "t"), false],
  [some("a", "t"), all, true],
  [some("a"), null, false],
  [some("a"), some("a", "t"), true],
  [some("a"), some("b", "t"), false],
  [some(null, "t"), some("b", "t", "u"), true],
  [some(null, "t", "u"), some("b", "t"), false],
])("%j within %j: %j", (inner, outer, expected) => {
  expect(reachWithin(inner, outer)).toBe(expected);
});
