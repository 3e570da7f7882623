/**
 * The settings as a form holds them: numbers as text until they are sent. Pure. What is sent is only what differs from what was read, so
 * that fields which the configuration file gives are never among it. Those of the sign-in mapping are written on a page of their own.
 */
import type { Settings, SettingsChange } from "@/lib/settings/queries";

const numberNames = [
  "default_rpm_limit",
  "default_tpm_limit",
  "default_parallel_limit",
  "usage_retention_days",
  "trace_retention_days",
  "audit_retention_days",
  "cooldown_seconds",
  "session_max_hours",
  "session_idle_hours",
  "refresh_minutes",
] as const;
export type NumberName = (typeof numberNames)[number];

export interface SettingsDraft extends Record<NumberName, string> {
  unknown_price_policy: Settings["unknown_price_policy"];
  ceiling_price: Settings["ceiling_price"];
  default_allowed_models: string[];
  default_blocked_models: string[];
  alerts_enabled: boolean;
  /** `50, 75, 90, 100` */
  alert_thresholds: string;
  master_key_sign_in: boolean;
}

/** The fields that the form shows problems of. */
export const settingsFields = [
  ...numberNames,
  "unknown_price_policy",
  "ceiling_price",
  "default_allowed_models",
  "default_blocked_models",
  "alerts_enabled",
  "alert_thresholds",
  "master_key_sign_in",
] as const;

export function draftOf(settings: Settings): SettingsDraft {
  const numbers = numberNames.map((name) => [name, settings[name]?.toString() ?? ""] as const);
  return {
    ...(Object.fromEntries(numbers) as Record<NumberName, string>),
    unknown_price_policy: settings.unknown_price_policy,
    ceiling_price: settings.ceiling_price,
    default_allowed_models: settings.default_allowed_models,
    default_blocked_models: settings.default_blocked_models,
    alerts_enabled: settings.alerts_enabled,
    alert_thresholds: settings.alert_thresholds.join(", "),
    master_key_sign_in: settings.master_key_sign_in,
  };
}

/** What is no number goes to the server as it is, which says so beside the field. */
function readNumbers(text: string): number[] {
  return text
    .split(/[\s,;%]+/)
    .filter((part) => part !== "")
    .map(Number);
}

function sentOf(draft: SettingsDraft, name: keyof SettingsDraft): unknown {
  if (name === "alert_thresholds") return readNumbers(draft.alert_thresholds);
  const value = draft[name];
  if (!(numberNames as readonly string[]).includes(name)) return value;
  return typeof value === "string" && value.trim() === "" ? null : Number(value);
}

/** Only what was changed, as the API takes it. */
export function changesOf(base: Settings, draft: SettingsDraft): SettingsChange {
  const before = draftOf(base);
  const names = (Object.keys(draft) as (keyof SettingsDraft)[]).filter(
    (name) => JSON.stringify(sentOf(draft, name)) !== JSON.stringify(sentOf(before, name)),
  );
  return Object.fromEntries(names.map((name) => [name, sentOf(draft, name)])) as SettingsChange;
}
