/** The settings as the browser reads and changes them. Views of components/provisioning and components/sign-ins call this. */
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi } from "@/lib/client/fetch";
import { createKeys, useUpdate } from "@/lib/client/query-kit";
import type { settingsOutput, updateSettingsInput } from "./schema";

export type Settings = z.output<typeof settingsOutput>;
export type SettingsChange = z.input<typeof updateSettingsInput>;

const settingsKeys = createKeys("settings");

export const settingsQuery = () =>
  queryOptions({
    queryKey: settingsKeys.all,
    queryFn: ({ signal }) => getApi<Settings>("/settings", { signal }),
  });

export function useSaveSettings() {
  const client = useQueryClient();
  return useUpdate<Settings, SettingsChange>("/settings", {
    queryKey: settingsKeys.all,
    onSuccess: (settings) => client.setQueryData(settingsQuery().queryKey, settings),
  });
}
