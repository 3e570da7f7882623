/**
 * The settings of the whole installation: what they are, their defaults, and how the one row's `data` is read. Pure; the
 * service and the gateway's directory both parse with it.
 */
import { z } from "zod";
import { isoTime, modelPatterns, positiveLimit, usd } from "@/lib/api/schemas";
import type { Config } from "@/lib/config/config";
import type { SettingName } from "@/lib/config/settings";
import { type Price, parseUsd } from "@/lib/money";

const days = z.int().min(1).max(36_500).nullable();

const fields = {
  unknown_price_policy: z.enum(["refuse", "ceiling"]).meta({
    description: "A call to a model without a price: refuse it, or charge `ceiling_price` and flag it. Never zero.",
  }),
  ceiling_price: z.strictObject({ input_per_mtok_usd: usd, output_per_mtok_usd: usd }),
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
  audit_retention_days: days.meta({ description: "Null: audit entries are kept for ever." }),
  cooldown_seconds: z.int().min(0).max(86_400).meta({ description: "How long a failing provider credential rests." }),
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
  audit_retention_days: null,
  cooldown_seconds: 30,
};

export const updateSettingsInput = settingsData.partial();
export type UpdateSettingsInput = z.output<typeof updateSettingsInput>;

export const settingsOutput = settingsData
  .extend({
    alert_thresholds: z.array(z.int()),
    managed_by: z
      .record(z.string(), z.literal("file"))
      .meta({ description: "Fields that the configuration file decides on; they cannot be changed here." }),
    updated_at: isoTime,
    version: z.int(),
  })
  .meta({ id: "Settings" });

/** The row's `data` as settings. A field that is absent, or that no longer fits its schema, has its default. */
export function parseSettings(data: unknown): SettingsData {
  const stored: Record<string, unknown> = typeof data === "object" && data !== null ? { ...data } : {};
  const kept = Object.entries(fields).flatMap(([name, schema]) => {
    const result = schema.safeParse(stored[name]);
    return result.success ? [[name, result.data] as const] : [];
  });
  return { ...defaultSettings, ...Object.fromEntries(kept) };
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
>;

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
  };
}

/** The settings in force: the stored ones under the file's. */
export function effectiveSettings(data: unknown, config: ManagingConfig): SettingsData {
  return { ...parseSettings(data), ...managedSettings(config) };
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
