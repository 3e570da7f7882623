/** The settings as the browser reads and changes them. Views of components/provisioning and components/sign-ins call this. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi } from "@/lib/client/fetch";
import { createKeys } from "@/lib/client/query-kit";
import type { settingsOutput, updateSettingsInput } from "./schema";

export type Settings = z.output<typeof settingsOutput>;
export type SettingsChange = z.input<typeof updateSettingsInput>;

const settingsKeys = createKeys("settings");

export const settingsQuery = () =>
  queryOptions({
    queryKey: settingsKeys.all,
    queryFn: ({ signal }) => getApi<Settings>("/settings", { signal }),
  });

interface SaveSettings {
  change: SettingsChange;
  /** The version that the change was made for. */
  version: number;
}

export function useSaveSettings() {
  const client = useQueryClient();
  return useMutation<Settings, ApiError, SaveSettings>({
    mutationFn: ({ change, version }) => callApi<Settings>("PATCH", "/settings", { body: change, ifVersion: version }),
    onSuccess: (settings) => client.setQueryData(settingsQuery().queryKey, settings),
    // Refused for being about an older version: what is stored now is what the visitor decides on.
    onError: ({ code }) => code === "precondition_failed" && client.invalidateQueries({ queryKey: settingsKeys.all }),
  });
}
