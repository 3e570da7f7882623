import { expect, test } from "vitest";
import { firstRunOut, toneOf } from "./risk";

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

test("the first to run out is the first that has not yet", () => {
  const at = (projected_exhaustion_at: string | null, percent = 50) => ({
    current: { projected_exhaustion_at, percent },
  });
  const [gone, soon, later] = ["2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z", "2026-01-04T00:00:00.000Z"];
  expect(firstRunOut([at(later), at(null), at(gone, 100), at(soon)])).toBe(soon);
  expect(firstRunOut([at(null), at(gone, 120)])).toBeNull();
});
