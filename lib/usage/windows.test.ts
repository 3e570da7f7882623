import { expect, test } from "vitest";
import { fillHours, hoursBefore, monthStart } from "./windows";

const now = Date.UTC(2026, 2, 1, 1, 59, 59, 999);

test("windows start on the hour and on the month's first midnight, in UTC", () => {
  expect(hoursBefore(now, 0).toISOString()).toBe("2026-03-01T01:00:00.000Z");
  expect(hoursBefore(now, 23).toISOString()).toBe("2026-02-28T02:00:00.000Z");
  expect(monthStart(now).toISOString()).toBe("2026-03-01T00:00:00.000Z");
  expect(monthStart(Date.UTC(2026, 11, 31, 23, 59)).toISOString()).toBe("2026-12-01T00:00:00.000Z");
});

test("every hour has its place, also those in which nothing happened, and none from outside", () => {
  const rows = [
    { time: "2026-03-01T00:00:00.000Z", requests: 3 },
    { time: "2026-02-28T01:00:00.000Z", requests: 9 },
  ];
  expect(fillHours(rows, now, 3, (row) => row?.requests ?? 0)).toEqual([
    { time: "2026-02-28T23:00:00.000Z", value: 0 },
    { time: "2026-03-01T00:00:00.000Z", value: 3 },
    { time: "2026-03-01T01:00:00.000Z", value: 0 },
  ]);
  expect(fillHours(rows, now, 24, (row) => row?.requests ?? 0).filter(({ value }) => value > 0)).toHaveLength(1);
});
