import { expect, test } from "vitest";
import { adminScopePath, describeChange, describePeriod, describeTerms, formatLocal } from "./words";

const berlin = "Europe/Berlin";
const november = { period_start: "2026-10-31T23:00:00.000Z", period_end: "2026-11-30T23:00:00.000Z" };

test("a period is called by its days in the budget's own zone", () => {
  expect(describePeriod(november, { period: "monthly", timezone: berlin })).toBe("Nov 2026");
  const week = { period_start: "2026-11-22T23:00:00.000Z", period_end: "2026-11-29T23:00:00.000Z" };
  expect(describePeriod(week, { period: "weekly", timezone: berlin })).toBe("2026-11-23 to 2026-11-29");
  const day = { period_start: "2026-11-22T23:00:00.000Z", period_end: "2026-11-23T23:00:00.000Z" };
  expect(describePeriod(day, { period: "daily", timezone: berlin })).toBe("2026-11-23");
  const total = { period_start: "1970-01-01T00:00:00.000Z", period_end: null };
  expect(describePeriod(total, { period: "total", timezone: berlin })).toBe("All its time");
});

test("a reset is told on the wall clocks of the zone", () => {
  expect(formatLocal(november.period_end, berlin)).toBe("2026-12-01 00:00");
});

test("a total needs no zone, and what does not refuse says so", () => {
  expect(describeTerms({ period: "monthly", timezone: "UTC", hard: true })).toBe("monthly (UTC)");
  expect(describeTerms({ period: "total", timezone: "UTC", hard: false })).toBe("total, soft");
});

test("a place in a team leads to the team", () => {
  expect(adminScopePath({ type: "member", id: "team_1/usr_1" })).toBe("/admin/teams/team_1");
  expect(adminScopePath({ type: "user", id: "usr_1" })).toBe("/admin/users/usr_1");
});

test("a limit that was raised for a while says what it is after the next increase ends", () => {
  const increase = { id: "inc_1", starts_at: "2026-11-28T00:00:00.000Z", ended_at: null, request_id: null };
  const first = { ...increase, amount_usd: "1.25", ends_at: "2026-12-04T23:00:00.000Z" };
  const second = { ...increase, id: "inc_2", amount_usd: "0.40", ends_at: "2026-12-20T23:00:00.000Z" };
  const raised = { effective_limit_usd: "1.75", timezone: berlin };
  expect(describeChange({ ...raised, increases: [first] })).toBe("until 5 Dec, then $0.50");
  expect(describeChange({ ...raised, effective_limit_usd: "2.15", increases: [first, second] })).toBe(
    "until 5 Dec, then $0.90",
  );
  expect(describeChange({ ...raised, increases: [] })).toBeNull();
});
