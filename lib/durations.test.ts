import { expect, test } from "vitest";
import { parseDuration } from "./durations";

test.each([
  ["30s", 30_000],
  ["15m", 900_000],
  ["12h", 43_200_000],
  ["30d", 2_592_000_000],
])("%s is %i ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  "",
  "30",
  "s",
  "0s",
  "-5m",
  "1.5h",
  "30 s",
  "30S",
  "30w",
  "1h30m",
  "99999999d",
  "999999999d",
  " 5s",
  "5s\n",
])("%j is refused", (text) => {
  expect(() => parseDuration(text)).toThrow(RangeError);
});
