import { describe, expect, test } from "vitest";
import { ceilingPriceOf, defaultSettings, effectiveSettings, parseSettings } from "./schema";

describe("parseSettings", () => {
  test.each([[{}], [null], [undefined], ["x"], [[]]])("%j is the defaults", (data) => {
    expect(parseSettings(data)).toEqual(defaultSettings);
  });

  test("a field that no longer fits falls back alone; an unknown one is dropped", () => {
    expect(parseSettings({ cooldown_seconds: "soon", default_rpm_limit: 7, colour: "red" })).toEqual({
      ...defaultSettings,
      default_rpm_limit: 7,
    });
  });
});

const config = {
  givenByFile: [],
  defaultRpm: null,
  defaultTpm: null,
  defaultParallel: null,
  defaultAllowedModels: null,
  defaultBlockedModels: [],
  alertsEnabled: true,
  alertThresholds: [50, 75, 90, 100],
} as const;

test("only what the file gives stands above the stored settings, even where it equals the default", () => {
  const stored = { alerts_enabled: false, default_blocked_models: ["a"] };
  expect(effectiveSettings(stored, config)).toMatchObject(stored);
  expect(effectiveSettings(stored, { ...config, givenByFile: ["alertsEnabled"] })).toMatchObject({
    alerts_enabled: true,
    default_blocked_models: ["a"],
  });
});

test("a model without a price is refused, or charged at the ceiling; never nothing", () => {
  expect(ceilingPriceOf(defaultSettings)).toBeNull();
  expect(ceilingPriceOf({ ...defaultSettings, unknown_price_policy: "ceiling" })).toMatchObject({
    inputPerMtokNano: 100_000_000_000n,
    outputPerMtokNano: 200_000_000_000n,
  });
});
