import { expect, test } from "vitest";
import { cacheShare, figuresBySlot, filterValueOf, type SummaryRow, stackGroups, tokenParts } from "./series";
import { slotsOf } from "./spans";

const dayMs = 86_400_000;
const start = Date.parse("2026-01-01T00:00:00Z");
const slots = slotsOf({ fromMs: start, toMs: start + 3 * dayMs }, "day", "UTC");
const figures = {
  requests: 1,
  errors: 0,
  prompt_tokens: 10,
  cached_tokens: 4,
  cache_write_tokens: 1,
  completion_tokens: 6,
  reasoning_tokens: 2,
  cost_usd: "0.1",
};

function summaryOf(rows: Partial<SummaryRow>[]) {
  const data = rows.map((row) => ({ time: new Date(start).toISOString(), ...figures, ...row }));
  return { from: "", to: "", data, totals: figures };
}

test("groups come by cost, the others last however much they are, and sums are exact", () => {
  const { groups, stacks } = stackGroups(
    summaryOf([
      { team_id: "team_a", team_name: "A", cost_usd: "0.1" },
      { team_id: "team_b", team_name: "B", cost_usd: "0.3" },
      { other: true, cost_usd: "9" },
      { team_id: "team_a", team_name: "A", cost_usd: "0.200000001", time: new Date(start + 2 * dayMs).toISOString() },
    ]),
    "team",
    slots,
  );
  expect(groups.map(({ name, cost_usd }) => [name, cost_usd])).toEqual([
    ["A", "0.300000001"],
    ["B", "0.30"],
    ["Other", "9.00"],
  ]);
  expect(stacks.map(({ cost_usd }) => Number(cost_usd))).toEqual([9.4, 0, 0.200000001]);
});

test("who is gone keeps an id, who was nobody says so, and only what has an id can be filtered by", () => {
  const { groups } = stackGroups(
    summaryOf([{ key_id: "key_x", key_name: null }, { key_id: null, key_name: null }, { other: true }]),
    "key",
    slots,
  );
  expect(groups.map((group) => [group.name, filterValueOf(group)])).toEqual([
    ["key_x (gone)", "key_x"],
    ["No key", null],
    ["Other", null],
  ]);
});

test("intervals without calls have their place, with nothing in it", () => {
  const rows = figuresBySlot(summaryOf([{ time: new Date(start + dayMs).toISOString() }]), slots);
  expect(rows.map(({ requests }) => requests)).toEqual([0, 1, 0]);
});

test("the parts of the tokens add up to all of them", () => {
  const parts = tokenParts(figures);
  expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(16);
  expect(cacheShare(figures)).toBe(40);
  expect(cacheShare({ ...figures, prompt_tokens: 0 })).toBeNull();
});
