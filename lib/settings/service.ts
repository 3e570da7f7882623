/**
 * Settings of the whole installation, which an admin changes while it runs. What the configuration file gives stands above
 * them. Routes call getSettings and updateSettings; other services call readSettings.
 */
import { changedFields, recordAudit } from "@/lib/audit/record";
import { getConfig } from "@/lib/config/config";
import { type Context, requireReach, requireVersion, withTransaction } from "@/lib/context";
import type { Db } from "@/lib/db/client";
import type { Settings } from "@/lib/db/generated/client";
import { AppError } from "@/lib/errors";
import { toJson } from "@/lib/json";
import { fieldsBeyond } from "./grants";
import { effectiveSettings, managedSettings, type SettingsData, type UpdateSettingsInput } from "./schema";
import * as store from "./store";

/** The settings in force, for other services. */
export async function readSettings(db: Db): Promise<SettingsData> {
  return effectiveSettings((await store.readRow(db)).data, getConfig());
}

export interface SettingsView extends SettingsData {
  managed_by: Record<string, "file">;
  updated_at: Date;
  version: number;
}

function presentSettings(row: Settings): SettingsView {
  const managed = Object.keys(managedSettings(getConfig())).map((field) => [field, "file"] as const);
  const { updated_at, version } = row;
  return { ...effectiveSettings(row.data, getConfig()), managed_by: Object.fromEntries(managed), updated_at, version };
}

export async function getSettings(ctx: Context): Promise<SettingsView> {
  requireReach(ctx, "settings.read");
  return presentSettings(await store.readRow(ctx.db));
}

// A change that the file would hide is refused instead of being lost without a word.
function refuseManaged(input: UpdateSettingsInput): void {
  const managed = managedSettings(getConfig());
  const fields = Object.keys(input)
    .filter((field) => field in managed)
    .map((path) => ({ path, message: "is given by the configuration file and can only be changed there" }));
  if (fields.length === 0) return;
  throw new AppError("conflict", fields.map((field) => `${field.path}: ${field.message}`).join("; "), { fields });
}

function requireOwnToGive(ctx: Context, before: SettingsData, after: SettingsData): void {
  const fields = fieldsBeyond(ctx.principal.authority, before, after).map((path) => ({
    path,
    message: "would give more than you have",
  }));
  if (fields.length === 0) return;
  throw new AppError("forbidden", fields.map((field) => `${field.path} ${field.message}`).join("; "), { fields });
}

export function updateSettings(
  ctx: Context,
  input: UpdateSettingsInput,
  ifVersion: number | null,
): Promise<SettingsView> {
  return withTransaction(ctx, async (tx) => {
    requireReach(tx, "settings.write");
    refuseManaged(input);
    const before = await store.lockRow(tx.db);
    requireVersion(before, ifVersion);
    const data = { ...toJson(before.data), ...toJson(input) };
    const former = effectiveSettings(before.data, getConfig());
    const latter = effectiveSettings(data, getConfig());
    requireOwnToGive(tx, former, latter);
    const after = await store.writeRow(tx.db, data, new Date(tx.clock.now()));
    const change = changedFields(former, latter);
    await recordAudit(tx, { action: "settings.updated", target_type: "settings", ...change });
    return presentSettings(after);
  });
}
