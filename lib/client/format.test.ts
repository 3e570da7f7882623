import { expect, test } from "vitest";
import {
  formatClock,
  formatCount,
  formatDuration,
  formatInstant,
  formatMoney,
  formatQuantity,
  formatTime,
} from "./format";

test.each([
  ["0.00", "$0.00"],
  ["0", "$0.00"],
  ["12.34", "$12.34"],
  ["1234567.895", "$1,234,567.90"],
  ["999.994999999", "$999.99"],
  ["0.5", "$0.50"],
  ["0.000123", "$0.000123"],
  ["0.0001235", "$0.000124"],
  ["0.999999999", "$1.00"],
  ["0.000000001", "<$0.000001"],
  ["9223372036.854775807", "$9,223,372,036.85"],
])("%s USD reads %s", (usd, text) => {
  expect(formatMoney(usd)).toBe(text);
});

test("counts are grouped, and one thing is not called things", () => {
  expect(formatCount(1234567)).toBe("1,234,567");
  expect(formatQuantity(1, "key")).toBe("1 key");
  expect(formatQuantity(0, "key")).toBe("0 keys");
  expect(formatQuantity(2, "reply", "replies")).toBe("2 replies");
});

test("times are in UTC, whatever zone they came in, and say so", () => {
  expect(formatTime("2026-01-31T23:30:00-05:00")).toBe("2026-02-01 04:30 UTC");
  expect(formatInstant("2026-01-31T23:30:05-05:00")).toBe("2026-02-01 04:30:05 UTC");
  expect(formatClock(Date.UTC(2026, 0, 1, 9, 5, 7))).toBe("09:05:07 UTC");
});

test.each([
  [0, "0 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [3_661, "1 h 1 min"],
  [86_400 * 3 + 4 * 3_600 + 50, "3 d 4 h"],
  [-5, "0 s"],
])("%d seconds read %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
