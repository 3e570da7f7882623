import { describe, expect, test } from "vitest";
import { describeIssue } from "@/lib/validation";
import {
  ceilingPriceOf,
  defaultSettings,
  effectiveSettings,
  type ManagingConfig,
  parseSettings,
  updateSettingsInput,
} from "./schema";

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
  autoCreateUsers: true,
  dexAutoCreateUsers: true,
  dexDefaultRole: "user",
  dexAdminGroups: [],
  groupToRole: {},
  groupToTeam: {},
  autoCreateTeams: false,
} as const;

test("only what the file gives stands above the stored settings, even where it equals the default", () => {
  const stored = { alerts_enabled: false, default_blocked_models: ["a"] };
  expect(effectiveSettings(stored, config)).toMatchObject(stored);
  expect(effectiveSettings(stored, { ...config, givenByFile: ["alertsEnabled"] })).toMatchObject({
    alerts_enabled: true,
    default_blocked_models: ["a"],
  });
});

test("either of the file's two switches keeps users from being created, and the file's mapping stands above the stored one", () => {
  const stored = { auto_create_users: true, default_role: "manager", group_to_role: { a: "admin" } };
  expect(effectiveSettings(stored, config)).toMatchObject(stored);
  for (const [name, other] of [
    ["autoCreateUsers", "dexAutoCreateUsers"],
    ["dexAutoCreateUsers", "autoCreateUsers"],
  ] as const) {
    const off = { ...config, [name]: false };
    expect(effectiveSettings(stored, { ...off, givenByFile: [name] }).auto_create_users).toBe(false);
    expect(effectiveSettings(stored, { ...off, givenByFile: [name, other] }).auto_create_users).toBe(false);
  }
  const given: ManagingConfig = {
    ...config,
    dexDefaultRole: "viewer",
    dexAdminGroups: ["ops"],
    groupToRole: { b: "user" },
    groupToTeam: { b: ["Engineering/Platform"] },
    autoCreateTeams: true,
    givenByFile: ["dexDefaultRole", "dexAdminGroups", "groupToRole", "groupToTeam", "autoCreateTeams"],
  };
  expect(effectiveSettings(stored, given)).toMatchObject({
    auto_create_users: true,
    default_role: "viewer",
    admin_groups: ["ops"],
    group_to_role: { b: "user" },
    group_to_team: { b: ["Engineering/Platform"] },
    auto_create_teams: true,
  });
});

test.each([
  [{ group_to_team: { a: ["Engineering/"] } }, "without an empty part"],
  [{ group_to_team: { a: ["x".repeat(121)] } }, "at most 120 characters"],
  [{ group_to_team: { a: [Array(17).fill("x").join("/")] } }, "at most 16 teams"],
  [{ group_to_role: { a: "root" } }, 'must be one of "admin"'],
  [{ allowed_email_domains: ["ada@example.com"] }, "must be a domain such as example.com"],
  [{ session_idle_hours: 0 }, "must be at least 1"],
])("%j is refused with words that help", (input, words) => {
  const result = updateSettingsInput.safeParse(input, { error: describeIssue });
  expect(result.success).toBe(false);
  expect(result.error?.issues[0]?.message).toContain(words);
});

test("spaces around names of a path and the case of a domain do not count", () => {
  expect(
    updateSettingsInput.parse({
      group_to_team: { A: [" Engineering / Platform "] },
      allowed_email_domains: ["Example.COM"],
    }),
  ).toEqual({ group_to_team: { A: ["Engineering/Platform"] }, allowed_email_domains: ["example.com"] });
});

test("a model without a price is refused, or charged at the ceiling; never nothing", () => {
  expect(ceilingPriceOf(defaultSettings)).toBeNull();
  expect(ceilingPriceOf({ ...defaultSettings, unknown_price_policy: "ceiling" })).toMatchObject({
    inputPerMtokNano: 100_000_000_000n,
    outputPerMtokNano: 200_000_000_000n,
  });
});
