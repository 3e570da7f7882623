import { expect, test } from "vitest";
import { budgetWith } from "@/lib/testing/budget-views";
import { findBinding, sharedOf } from "./binding";

const key = budgetWith("key", "key", "0.10");
const soft = budgetWith("soft", "user", "0.20", false);
const place = budgetWith("place", "member", "3.00");
const team = budgetWith("team", "team", "3.00");

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
