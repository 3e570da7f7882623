/** One's own sessions as the browser reads and ends them. Views of components/sessions call this. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi } from "@/lib/client/fetch";
import { createKeys } from "@/lib/client/query-kit";
import type { mySessionsOutput, signOutOutput } from "./schema";

export type MySessions = z.output<typeof mySessionsOutput>;
export type MySession = MySessions["data"][number];

const sessionKeys = createKeys("sessions");

export const mySessionsQuery = () =>
  queryOptions({
    queryKey: sessionKeys.all,
    queryFn: ({ signal }) => getApi<MySessions>("/me/sessions", { signal }),
  });

export function useEndSession() {
  const client = useQueryClient();
  return useMutation<undefined, ApiError, string>({
    mutationFn: (id) => callApi("DELETE", `/me/sessions/${encodeURIComponent(id)}`),
    onSettled: () => client.invalidateQueries({ queryKey: sessionKeys.all }),
  });
}

/** Ends all of them, this one too: what follows is the sign-in page. */
export function useSignOutEverywhere() {
  return useMutation<z.output<typeof signOutOutput>, ApiError, void>({
    mutationFn: () => callApi("POST", "/me/sign-out", { body: {} }),
  });
}
