/**
 * The settings of the whole installation: what they are, their defaults, and how the one row's `data` is read. Pure; the
 * service and the gateway's directory both parse with it.
 */
import { z } from "zod";
import { isoTime, modelPatterns, positiveLimit } from "@/lib/api/schemas";
import { userRoles } from "@/lib/authz/permissions";
import type { Config } from "@/lib/config/config";
import type { SettingName } from "@/lib/config/settings";
import { developmentMapping } from "@/lib/dev-identity/people";
import { usdPerMtok } from "@/lib/models/schema";
import { type Price, parseUsd } from "@/lib/money";
import { findPathProblem, joinTeamPath, splitTeamPath } from "@/lib/team-paths";

const days = z.int().min(1).max(36_500).nullable();

const mostGroups = 1_000;
const group = z.string().min(1, "must not be empty").max(1_000, "must have at most 1,000 characters");
const byGroup = <T extends z.ZodType>(value: T) =>
  z
    .record(group, value)
    .refine(
      (map) => Object.keys(map).length <= mostGroups,
      `must name at most ${mostGroups.toLocaleString("en")} groups`,
    );

const teamPath = z
  .string()
  .superRefine((text, context) => {
    const message = findPathProblem(text);
    if (message) context.addIssue({ code: "custom", message });
  })
  .transform((text) => joinTeamPath(splitTeamPath(text)));

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(?=.{1,253}$)([\p{L}\p{N}_-]+\.)+[\p{L}\p{N}-]+$/u, "must be a domain such as example.com");

const fields = {
  unknown_price_policy: z.enum(["refuse", "ceiling"]).meta({
    description: "A call to a model without a price: refuse it, or charge `ceiling_price` and flag it. Never zero.",
  }),
  ceiling_price: z.strictObject({ input_per_mtok_usd: usdPerMtok, output_per_mtok_usd: usdPerMtok }),
  default_rpm_limit: positiveLimit.nullable().meta({ description: "For keys without one of their own." }),
  default_tpm_limit: positiveLimit.nullable().meta({ description: "For keys without one of their own." }),
  default_parallel_limit: positiveLimit.nullable().meta({ description: "For keys without one of their own." }),
  default_allowed_models: modelPatterns.meta({
    description: "For every key; teams, people and keys narrow it further. Empty: every model.",
  }),
  default_blocked_models: modelPatterns,
  alerts_enabled: z.boolean(),
  alert_thresholds: z
    .array(z.int().min(1).max(100))
    .max(20)
    .transform((list) => [...new Set(list)].sort((a, b) => a - b))
    .meta({ description: "Percentages, for budgets that name none of their own." }),
  usage_retention_days: days.meta({ description: "Null: usage events are kept for ever." }),
  trace_retention_days: days.meta({
    description: "For the traces of calls and for refused ones. Null: as long as usage events.",
  }),
  audit_retention_days: days.meta({ description: "Null: audit entries are kept for ever." }),
  cooldown_seconds: z.int().min(0).max(86_400).meta({ description: "How long a failing provider credential rests." }),
  auto_create_users: z
    .boolean()
    .meta({ description: "Whether the first sign-in of somebody unknown creates the user." }),
  allowed_email_domains: z.array(domain).max(500).meta({
    description: "Domains whose verified e-mail addresses may create users by signing in. Empty: all, verified or not.",
  }),
  default_role: z
    .enum(userRoles)
    .meta({ description: "Role of a person who has none by hand and whom no group gives one." }),
  admin_groups: z.array(group).max(mostGroups).meta({ description: "Groups whose members are administrators." }),
  group_to_role: byGroup(z.enum(userRoles)).meta({
    description: "Group → role, by the group's exact name. Of several the strongest counts.",
  }),
  group_to_team: byGroup(z.array(teamPath).max(100)).meta({
    description:
      "Group → teams, by the group's exact name. `Engineering/Platform` is Platform below the organisation Engineering; a bare name is an organisation, or else the only team of that name.",
  }),
  auto_create_teams: z
    .boolean()
    .meta({ description: "Whether mapped teams that do not exist are created, with those above them." }),
  master_key_sign_in: z.boolean().meta({ description: "Whether the master key signs in to the console." }),
  session_max_hours: z
    .int()
    .min(1)
    .max(8_760)
    .meta({ description: "A session ends after this, whatever happens in it." }),
  session_idle_hours: z
    .int()
    .min(1)
    .max(8_760)
    .meta({ description: "A session ends when nothing was asked for this long." }),
  refresh_minutes: z
    .int()
    .min(1)
    .max(1_440)
    .meta({ description: "How often the identity provider is asked again for the groups of those who signed in." }),
};

const settingsData = z.strictObject(fields);
export type SettingsData = z.output<typeof settingsData>;

export const defaultSettings: SettingsData = {
  unknown_price_policy: "refuse",
  ceiling_price: { input_per_mtok_usd: "100", output_per_mtok_usd: "200" },
  default_rpm_limit: null,
  default_tpm_limit: null,
  default_parallel_limit: null,
  default_allowed_models: [],
  default_blocked_models: [],
  alerts_enabled: true,
  alert_thresholds: [50, 75, 90, 100],
  usage_retention_days: null,
  trace_retention_days: 30,
  audit_retention_days: null,
  cooldown_seconds: 30,
  auto_create_users: true,
  allowed_email_domains: [],
  default_role: "user",
  admin_groups: [],
  group_to_role: {},
  group_to_team: {},
  auto_create_teams: false,
  master_key_sign_in: true,
  session_max_hours: 168,
  session_idle_hours: 12,
  refresh_minutes: 15,
};

export const updateSettingsInput = settingsData.partial();
export type UpdateSettingsInput = z.output<typeof updateSettingsInput>;

export const settingsOutput = settingsData
  .extend({
    alert_thresholds: z.array(z.int()),
    group_to_team: z.record(z.string(), z.array(z.string())),
    managed_by: z
      .record(z.string(), z.literal("file"))
      .meta({ description: "Fields that the configuration file decides on; they cannot be changed here." }),
    updated_at: isoTime,
    version: z.int(),
  })
  .meta({ id: "Settings" });

/** The row's `data` as settings. A field that is absent, or that no longer fits its schema, has its default. */
export function parseSettings(data: unknown, defaults: SettingsData = defaultSettings): SettingsData {
  const stored: Record<string, unknown> = typeof data === "object" && data !== null ? { ...data } : {};
  const kept = Object.entries(fields).flatMap(([name, schema]) => {
    const result = schema.safeParse(stored[name]);
    return result.success ? [[name, result.data] as const] : [];
  });
  return { ...defaults, ...Object.fromEntries(kept) };
}

/** The part of the configuration that stands above the stored settings. */
export type ManagingConfig = Pick<
  Config,
  | "givenByFile"
  | "defaultRpm"
  | "defaultTpm"
  | "defaultParallel"
  | "defaultAllowedModels"
  | "defaultBlockedModels"
  | "alertsEnabled"
  | "alertThresholds"
  | "autoCreateUsers"
  | "dexAutoCreateUsers"
  | "dexDefaultRole"
  | "dexAdminGroups"
  | "groupToRole"
  | "groupToTeam"
  | "autoCreateTeams"
> &
  Partial<Pick<Config, "developmentSignIn">>;

/** Who may come and what they become, as far as the file decides on it. Either of its two switches keeps users from being created. */
function managedSignIn(config: ManagingConfig, given: (name: SettingName) => boolean): Partial<SettingsData> {
  const copyLists = (map: ManagingConfig["groupToTeam"]) =>
    Object.fromEntries(Object.entries(map).map(([name, paths]) => [name, [...paths]]));
  return {
    ...(given("autoCreateUsers") || given("dexAutoCreateUsers")
      ? { auto_create_users: config.autoCreateUsers && config.dexAutoCreateUsers }
      : {}),
    ...(given("dexDefaultRole") ? { default_role: config.dexDefaultRole } : {}),
    ...(given("dexAdminGroups") ? { admin_groups: [...config.dexAdminGroups] } : {}),
    ...(given("groupToRole") ? { group_to_role: { ...config.groupToRole } } : {}),
    ...(given("groupToTeam") ? { group_to_team: copyLists(config.groupToTeam) } : {}),
    ...(given("autoCreateTeams") ? { auto_create_teams: config.autoCreateTeams } : {}),
  };
}

/** The fields that the configuration file gives, with its values; they win over the stored ones. */
export function managedSettings(config: ManagingConfig): Partial<SettingsData> {
  const given = (name: SettingName) => config.givenByFile.includes(name);
  return {
    ...(given("defaultRpm") ? { default_rpm_limit: config.defaultRpm } : {}),
    ...(given("defaultTpm") ? { default_tpm_limit: config.defaultTpm } : {}),
    ...(given("defaultParallel") ? { default_parallel_limit: config.defaultParallel } : {}),
    ...(given("defaultAllowedModels") ? { default_allowed_models: [...(config.defaultAllowedModels ?? [])] } : {}),
    ...(given("defaultBlockedModels") ? { default_blocked_models: [...config.defaultBlockedModels] } : {}),
    ...(given("alertsEnabled") ? { alerts_enabled: config.alertsEnabled } : {}),
    ...(given("alertThresholds") ? { alert_thresholds: [...config.alertThresholds] } : {}),
    ...managedSignIn(config, given),
  };
}

/** The settings in force: the stored ones under the file's. */
export function effectiveSettings(data: unknown, config: ManagingConfig): SettingsData {
  // The example people are what they are called until somebody changes the mapping, and nobody once a real provider is there.
  const defaults = config.developmentSignIn ? { ...defaultSettings, ...developmentMapping } : defaultSettings;
  return { ...parseSettings(data, defaults), ...managedSettings(config) };
}

/** What a model without a price is charged at; null where such calls are refused. */
export function ceilingPriceOf(settings: SettingsData): Price | null {
  if (settings.unknown_price_policy === "refuse") return null;
  return {
    inputPerMtokNano: parseUsd(settings.ceiling_price.input_per_mtok_usd),
    cachedInputPerMtokNano: null,
    cacheWritePerMtokNano: null,
    outputPerMtokNano: parseUsd(settings.ceiling_price.output_per_mtok_usd),
  };
}
