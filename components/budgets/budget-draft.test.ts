import { expect, test } from "vitest";
import type { Budget } from "@/lib/budgets/queries";
import { changeOf, emptyDraft, newBudgetOf, scopeOf, termsOf } from "./budget-draft";

const team = { id: "team_1", label: "Platform" };
const user = { id: "usr_1", label: "ada@example.test" };
const draft = { ...emptyDraft, team, limit_usd: " 12.50 " };

test("a scope is what was picked for its kind; a place in a team needs both parts", () => {
  expect(scopeOf({ ...draft, type: "team" })).toEqual({ type: "team", id: "team_1" });
  expect(scopeOf({ ...draft, type: "user" })).toBeNull();
  expect(scopeOf({ ...draft, type: "member" })).toBeNull();
  expect(scopeOf({ ...draft, type: "member", user })).toEqual({ type: "member", id: "team_1/usr_1" });
});

const scope = { type: "team" as const, id: "team_1" };

test("money goes out as it was written; without thresholds those of the settings hold; a total has no zone", () => {
  expect(newBudgetOf({ ...draft, timezone: "Europe/Berlin" }, scope)).toEqual({
    scope,
    limit_usd: "12.50",
    period: "monthly",
    timezone: "Europe/Berlin",
    hard: true,
  });
  expect(newBudgetOf({ ...draft, period: "total" }, scope)).not.toHaveProperty("timezone");
});

test("thresholds are read between commas or blanks, with or without a percent sign; what is no number stays none", () => {
  expect(newBudgetOf({ ...draft, thresholds: "50, 75 %; 100%" }, scope).thresholds).toEqual([50, 75, 100]);
  expect(newBudgetOf({ ...draft, thresholds: "half" }, scope).thresholds).toEqual([Number.NaN]);
});

test("only what was changed is sent; thresholds that were emptied mean none", () => {
  const stored = { limit_usd: "5.00", hard: true, thresholds: [50, 100] } as unknown as Budget;
  expect(changeOf(stored, termsOf(stored))).toEqual({});
  expect(changeOf(stored, { ...termsOf(stored), hard: false })).toEqual({ hard: false });
  expect(changeOf(stored, { ...termsOf(stored), thresholds: "" })).toEqual({ thresholds: [] });
});
