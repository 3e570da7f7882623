import { expect, test } from "vitest";
import type { Budget } from "@/lib/budgets/queries";
import { findBinding, sharedOf } from "./binding";

function budget(id: string, type: Budget["scope"]["type"], left: string, hard = true): Budget {
  return {
    id,
    scope: { type, id, name: null },
    limit_usd: "10",
    effective_limit_usd: "10",
    increases: [],
    period: "monthly",
    timezone: "UTC",
    hard,
    thresholds: [],
    current: {
      period_start: "2026-11-01T00:00:00.000Z",
      period_end: "2026-12-01T00:00:00.000Z",
      spent_usd: "0",
      held_usd: "0",
      remaining_usd: left,
      percent: 0,
      projected_exhaustion_at: null,
      at_risk: false,
    },
    created_at: "2026-11-01T00:00:00.000Z",
    updated_at: "2026-11-01T00:00:00.000Z",
    version: 1,
  };
}

const key = budget("key", "key", "0.10");
const soft = budget("soft", "user", "0.20", false);
const place = budget("place", "member", "3.00");
const team = budget("team", "team", "3.00");

test("the hard budget with the least left binds, the nearest of several; a soft one never does", () => {
  expect(findBinding([key, soft, place, team])).toBe(key);
  expect(findBinding([soft, place, team])).toBe(place);
  expect(findBinding([soft])).toBeNull();
});

test("what binds one key is not what binds the person, wherever that is shown", () => {
  const shared = sharedOf([key, soft, place, team]);
  expect(shared).toEqual([place, team, soft]);
  expect(findBinding(shared)).toBe(place);
});
