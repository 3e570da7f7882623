import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { settingsOutput, updateSettingsInput } from "@/lib/settings/schema";
import { getSettings, updateSettings } from "@/lib/settings/service";

export const GET = route({
  method: "GET",
  summary: "Read the settings",
  permission: "settings.read",
  output: settingsOutput,
  handler: (ctx) => getSettings(ctx),
});

export const PATCH = route({
  method: "PATCH",
  summary: "Change settings",
  description: "Fields that are not sent stay as they are. What the configuration file gives is a conflict (409).",
  permission: "settings.write",
  body: updateSettingsInput,
  output: settingsOutput,
  handler: (ctx, { body, ifVersion }) => updateSettings(ctx, body, ifVersion),
});

export const { POST, PUT, DELETE, OPTIONS } = otherMethods(GET, PATCH);
