import { expect, test } from "vitest";
import { budgetWith } from "@/lib/testing/budget-views";
import { describeSpend } from "./spend";

const say = (budgets: Parameters<typeof describeSpend>[0], cap: string) => {
  const { before, most, after } = describeSpend(budgets, cap);
  return `${before}${most ?? ""}${after}`;
};
const team = budgetWith("team", "team", "3.00");

test("the cap binds a new key where it is not above what the budgets leave", () => {
  expect(say([team], "2")).toBe("It can spend at most $2.00 a month: its own cap binds.");
  expect(say([], "2")).toBe("It can spend at most $2.00 a month: its own cap binds.");
  expect(say([team], " 3.00 ")).toContain("its own cap binds");
  expect(say([team], "0")).toBe("With a cap of nothing every call that costs something is refused.");
});

test("above that the budget does, as it does without a cap or while something else is typed", () => {
  const binds = "It can spend at most $3.00 until 2026-12-01 00:00 UTC: the monthly budget of the team team binds.";
  expect(say([team], "")).toBe(binds);
  expect(say([team], "tw")).toBe(binds);
  expect(say([team], "4")).toBe(`${binds} Your cap is above that.`);
  expect(say([], "")).toBe("No budget limits what this key may spend.");
});
