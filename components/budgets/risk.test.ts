import { expect, test } from "vitest";
import { toneOf } from "./risk";

test.each([
  [0, "accent"],
  [74.99, "accent"],
  [75, "warn"],
  [89.99, "warn"],
  [90, "danger"],
  [150, "danger"],
])("%d %% looks %s", (percent, tone) => {
  expect(toneOf(percent)).toBe(tone);
});
