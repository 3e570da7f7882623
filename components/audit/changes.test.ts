import { expect, test } from "vitest";
import { changesOf, detailsOf, textOf } from "./changes";

test("of a change, the fields that differ, with both sides", () => {
  const before = { name: "old", rpm_limit: null, budget: { limit_usd: "5", period: "daily" }, version: 1 };
  const after = { name: "new", rpm_limit: 60, budget: { limit_usd: "7", period: "daily" }, version: 2 };
  expect(changesOf(before, after)).toEqual([
    { field: "name", before: "old", after: "new" },
    { field: "rpm_limit", before: "nothing", after: "60" },
    { field: "budget.limit_usd", before: "5", after: "7" },
  ]);
});

test("a map that lost or gained a name shows just that one", () => {
  expect(changesOf({ map: { a: "x", b: "y" } }, { map: { b: "y", c: "z" } })).toEqual([
    { field: "map.a", before: "x", after: null },
    { field: "map.c", before: null, after: "z" },
  ]);
});

test("of something made or deleted, what it held", () => {
  const made = { name: "ci", tags: [], metadata: {}, team_id: null, enabled: false };
  expect(changesOf(null, made)).toEqual([
    { field: "name", before: null, after: "ci" },
    { field: "enabled", before: null, after: "no" },
  ]);
  expect(changesOf(made, null)).toEqual([
    { field: "name", before: "ci", after: null },
    { field: "enabled", before: "no", after: null },
  ]);
  expect(changesOf(null, null)).toEqual([]);
});

test.each([
  [["a", "b"], "a, b"],
  [[], "none"],
  [{}, "none"],
  ["", "(empty)"],
  ["2026-01-31T12:00:05.123Z", "2026-01-31 12:00:05 UTC"],
  [[{ a: 1 }], '[{"a":1}]'],
])("%j reads %s", (value, text) => {
  expect(textOf(value)).toBe(text);
});

test("details are told by name", () => {
  expect(detailsOf({ cause: "invitation", counts: { deleted: 3 } })).toEqual([
    { field: "cause", value: "invitation" },
    { field: "counts.deleted", value: "3" },
  ]);
});
