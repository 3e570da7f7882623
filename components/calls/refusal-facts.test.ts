import { expect, test } from "vitest";
import { factsOf } from "./refusal-facts";

test("a budget's refusal has its amounts and when it resets, a limit's what it counts", () => {
  const budget = {
    limit_usd: "5.00",
    spent_usd: "4.999",
    held_usd: "0.00",
    estimate_usd: "0.01",
    resets_at: "2026-12-01T00:00:00.000Z",
  };
  expect(factsOf(budget).map(({ term, value }) => `${term} ${value}`)).toEqual([
    "Limit $5.00",
    "spent $5.00",
    "held $0.00",
    "this call up to $0.01",
    "resets 2026-12-01 00:00 UTC",
  ]);
  expect(factsOf({ limit: { kind: "parallel", value: 1200 } })).toEqual([
    { term: "Limit", value: "1,200 calls at once" },
  ]);
});

test("facts of another shape are left out rather than shown wrong", () => {
  expect(factsOf({ limit_usd: "much", resets_at: "later", limit: 5 })).toEqual([]);
  expect(factsOf(null)).toEqual([]);
});
